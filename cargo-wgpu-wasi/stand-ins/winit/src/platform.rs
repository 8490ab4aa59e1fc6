//! What winit has on some platforms alone, of that what needs nothing of the system's.

of_winit! {
    pub modifier_supplement = "../../../registry/NAME-VERSION/src/platform/modifier_supplement.rs";
    pub pump_events = "../../../registry/NAME-VERSION/src/platform/pump_events.rs";
    pub run_on_demand = "../../../registry/NAME-VERSION/src/platform/run_on_demand.rs";
    pub scancode = "../../../registry/NAME-VERSION/src/platform/scancode.rs";
}
