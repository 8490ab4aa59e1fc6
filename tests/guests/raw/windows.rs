// What guests with windows do: for their program and for the tests of the harness. `cases` have to end well, `traps`
// have to be ended by the host, with this in the message. `desktop` need somebody at a desktop: `host/tests/desktop`.
macro_rules! window_cases {
    ($expand:ident) => {
        $expand! {
            cases {
                canvases_that_are_not_valid,
                drawn_after_present,
                dropped_in_any_order,
                events_in_order,
                events_nobody_takes,
                not_granted,
                paced,
                presented_twice,
                requests_by_the_thousand,
                resized_a_thousand_times,
                shown_in_three_colours,
                two_windows,
                windows_by_the_thousand,
            }
            traps {
                nothing_to_wait_for: "none are to come",
                texture_of_no_configuration: "was not configured",
                waits_twice: "twice at a time",
            }
            desktop {
                closed_twice_in_vain,
                follows_its_size,
                hangs,
                keeps_the_pointer,
            }
        }
    };
}
