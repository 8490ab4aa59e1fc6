// What guests with windows do: for their program and for the tests of the harness. `cases` have to end well, `traps`
// have to be ended by the host, with this in the message; those with `surface` in their name know `wasi-gfx:surface` alone. `desktop` need somebody at a
// desktop, `host/tests/desktop`, or in a browser, `host/tests/stream`, or are measured by `cargo xtask bench`.
macro_rules! window_cases {
    ($expand:ident) => {
        $expand! {
            cases {
                canvas_of_a_lost_device,
                canvases_of_one_surface,
                canvases_that_are_not_valid,
                clipboard_after_a_press,
                clipboard_not_granted,
                drawn_after_present,
                dropped_in_any_order,
                events_in_order,
                events_nobody_takes,
                never_presents,
                not_granted,
                paced,
                presented_twice,
                requests_by_the_thousand,
                resized_a_thousand_times,
                shown_in_three_colours,
                two_windows,
                waits_that_are_given_up,
                windows_by_the_thousand,
            }
            surfaces {
                pixels_after_a_lost_device,
                pixels_without_a_gpu,
                streams_nobody_reads,
                surfaces_and_their_streams,
            }
            traps {
                nothing_to_wait_for: "none are to come",
                texture_of_no_configuration: "was not configured",
                waits_twice: "twice at a time",
            }
            surface_traps {
                streams_of_nothing: "none are to come",
                surfaces_by_the_thousand: "as many windows as it may",
                surfaces_not_granted: "not told to give it windows",
            }
            desktop {
                closed_in_vain,
                copies_and_pastes,
                draws_attention,
                follows_its_size,
                hangs,
                keeps_the_pointer,
                streamed,
                what_pictures_cost,
            }
        }
    };
}
