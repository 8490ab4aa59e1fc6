// `cursor-shape` of `wgpu-wasi:window/windows` and `winit::window::CursorIcon`, 0.30.13; the name on the left also stands in files of events: <https://www.w3.org/TR/css-ui-4/#cursor>
macro_rules! cursor_shape {
    ($expand:ident) => {
        $expand! {
            winit::window::CursorIcon = CursorShape {
                Default = Default,
                ContextMenu = ContextMenu,
                Help = Help,
                Pointer = Pointer,
                Progress = Progress,
                Wait = Wait,
                Cell = Cell,
                Crosshair = Crosshair,
                Text = Text,
                VerticalText = VerticalText,
                Alias = Alias,
                Copy = Copy,
                Move = Move,
                NoDrop = NoDrop,
                NotAllowed = NotAllowed,
                Grab = Grab,
                Grabbing = Grabbing,
                EResize = EResize,
                NResize = NResize,
                NeResize = NeResize,
                NwResize = NwResize,
                SResize = SResize,
                SeResize = SeResize,
                SwResize = SwResize,
                WResize = WResize,
                EwResize = EwResize,
                NsResize = NsResize,
                NeswResize = NeswResize,
                NwseResize = NwseResize,
                ColResize = ColResize,
                RowResize = RowResize,
                AllScroll = AllScroll,
                ZoomIn = ZoomIn,
                ZoomOut = ZoomOut,
                DndAsk = DndAsk,
                AllResize = AllResize,
            }
        }
    };
}
