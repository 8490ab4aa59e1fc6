//! Somebody at a desktop: an X server without a screen, and what people do there.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use x11rb::{
    COPY_DEPTH_FROM_PARENT, CURRENT_TIME, NONE,
    connection::Connection as _,
    protocol::{
        Event,
        xfixes::ConnectionExt as _,
        xproto::{
            self, Atom, AtomEnum, ButtonIndex, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _,
            CreateWindowAux, EventMask, ImageFormat, InputFocus, MapState, PropMode, SELECTION_NOTIFY_EVENT,
            SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
        },
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

/// How long anything may take: the processor draws, and may have other things to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How long something may take before it is tried again.
pub(crate) const AGAIN: Duration = Duration::from_secs(3);

/// Asks until there is an answer.
pub(crate) fn within<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if start.elapsed() > patience {
            return None;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// A process that ends with its owner.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Its status, and what it has said of errors, if that was to be read.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let status = within(PATIENCE, || self.ended()).expect("it ends");
        let said = self.0.stderr.take().map(|said| std::io::read_to_string(said).unwrap());
        (status, said.unwrap_or_default())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn atom(connection: &RustConnection, name: &[u8]) -> Atom {
    connection.intern_atom(false, name).unwrap().reply().unwrap().atom
}

/// Answers somebody who pastes: <https://www.x.org/releases/current/doc/xorg-docs/icccm/icccm.html#Peer_to_Peer_Communication_by_Means_of_Selections>
fn hand_out(connection: &RustConnection, request: &SelectionRequestEvent, utf8: Atom, text: &str) {
    let property = if request.target == utf8 { request.property } else { NONE };
    if property != NONE {
        let (mode, window) = (PropMode::REPLACE, request.requestor);
        // Whoever asked may be gone.
        let _ = connection.change_property8(mode, window, property, utf8, text.as_bytes()).unwrap().check();
    }
    let told = SelectionNotifyEvent {
        response_type: SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: request.time,
        requestor: request.requestor,
        selection: request.selection,
        target: request.target,
        property,
    };
    let _ = connection.send_event(false, request.requestor, EventMask::NO_EVENT, told).unwrap().check();
}

/// The pixels of a window: red, green and blue.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) rgb: Vec<u8>,
}

impl Picture {
    /// The colour of all its pixels, if they have one.
    pub(crate) fn colour(&self) -> Option<[u8; 3]> {
        let (pixels, _) = self.rgb.as_chunks::<3>();
        let first = pixels.first()?;
        pixels.iter().all(|pixel| pixel == first).then_some(*first)
    }
}

pub(crate) struct XServer {
    display: String,
    connection: RustConnection,
    root: Window,
    // After the connection.
    _server: Running,
}

impl XServer {
    /// `None` where there is no Xvfb, but for CI, which has it.
    pub(crate) fn start() -> Option<Self> {
        let mut xvfb = Command::new("Xvfb");
        // It finds a number for itself, and says so when it is ready.
        xvfb.args(["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = match xvfb.stdout(Stdio::piped()).stderr(Stdio::null()).spawn() {
            Ok(server) => Running(server),
            Err(error) if env::var_os("CI").is_none() => {
                eprintln!("passed over, for this machine has no Xvfb: {error}");
                return None;
            }
            Err(error) => panic!("Xvfb: {error}"),
        };
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let connect = || x11rb::rust_connection::RustConnection::connect(Some(&display)).ok();
        let (connection, screen) = within(PATIENCE, connect).expect("Xvfb takes connections");
        let root = connection.setup().roots[screen].root;
        Some(Self { display, connection, root, _server: server })
    }

    /// A program whose desktop this is.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        command
    }

    /// The windows that are shown, the first one first, with their titles.
    pub(crate) fn windows(&self) -> Vec<(Window, String)> {
        let children = self.connection.query_tree(self.root).unwrap().reply().unwrap().children;
        let [name, utf8] = [b"_NET_WM_NAME".as_slice(), b"UTF8_STRING"].map(|atom| self.atom(atom));
        let shown = |window: &Window| {
            let attributes = self.connection.get_window_attributes(*window).unwrap().reply();
            attributes.is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
        };
        let titled = |window| {
            let title = self.connection.get_property(false, window, name, utf8, 0, 1 << 12).unwrap();
            let title = String::from_utf8(title.reply().ok()?.value).unwrap();
            (!title.is_empty()).then_some((window, title))
        };
        children.into_iter().filter(shown).filter_map(titled).collect()
    }

    /// So many windows of a program, once they are there.
    pub(crate) fn wait_for(&self, number: usize, program: &mut Running) -> Vec<(Window, String)> {
        let found = within(PATIENCE, || {
            assert!(program.ended().is_none(), "it has ended before it had {number} windows");
            Some(self.windows()).filter(|windows| windows.len() == number)
        });
        found.unwrap_or_else(|| panic!("it has {:?}, not {number} windows", self.windows()))
    }

    fn atom(&self, name: &[u8]) -> Atom {
        atom(&self.connection, name)
    }

    /// Whether the window asks for attention:
    /// <https://www.x.org/releases/current/doc/xorg-docs/icccm/icccm.html#WM_HINTS_Property>
    pub(crate) fn is_urgent(&self, window: Window) -> bool {
        const URGENCY: u32 = 1 << 8;
        let hints = self.connection.get_property(false, window, AtomEnum::WM_HINTS, AtomEnum::WM_HINTS, 0, 9);
        let hints = hints.unwrap().reply().unwrap();
        hints.value32().and_then(|mut words| words.next()).is_some_and(|flags| flags & URGENCY != 0)
    }

    /// How the pointer looks: its size, where it points, and the first of its pixels.
    pub(crate) fn pointer(&self) -> (u16, u16, u16, u16, u32) {
        self.connection.xfixes_query_version(5, 0).unwrap().reply().unwrap();
        let image = self.connection.xfixes_get_cursor_image().unwrap().reply().unwrap();
        let first = image.cursor_image.first().copied().unwrap_or_default();
        (image.width, image.height, image.xhot, image.yhot, first)
    }

    /// Copies a text, as another program. It hands it out until somebody else copies something.
    pub(crate) fn copy(&self, text: &'static str) {
        let (connection, window) = self.stranger();
        let [clipboard, utf8] = [b"CLIPBOARD".as_slice(), b"UTF8_STRING"].map(|name| atom(&connection, name));
        connection.set_selection_owner(window, clipboard, CURRENT_TIME).unwrap().check().unwrap();
        thread::spawn(move || {
            // Until the server ends.
            while let Ok(event) = connection.wait_for_event() {
                match event {
                    Event::SelectionRequest(request) => hand_out(&connection, &request, utf8, text),
                    Event::SelectionClear(_) => return,
                    _ => {}
                }
            }
        });
    }

    /// The text that is in the clipboard, as another program pastes it.
    pub(crate) fn paste(&self) -> Option<String> {
        let (connection, window) = self.stranger();
        let [clipboard, utf8] = [b"CLIPBOARD".as_slice(), b"UTF8_STRING"].map(|name| atom(&connection, name));
        connection.convert_selection(window, clipboard, utf8, utf8, CURRENT_TIME).unwrap().check().unwrap();
        let has_come = || match connection.poll_for_event().unwrap() {
            Some(Event::SelectionNotify(told)) => Some(told.property),
            _ => None,
        };
        let property = within(PATIENCE, has_come)?;
        let text = connection.get_property(true, window, property, AtomEnum::ANY, 0, 1 << 12).unwrap();
        String::from_utf8(text.reply().ok()?.value).ok()
    }

    /// A program with a window that nobody sees.
    fn stranger(&self) -> (RustConnection, Window) {
        let (connection, screen) = RustConnection::connect(Some(&self.display)).unwrap();
        let (root, window) = (connection.setup().roots[screen].root, connection.generate_id().unwrap());
        let (class, aux) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        let made =
            connection.create_window(COPY_DEPTH_FROM_PARENT, window, root, 0, 0, 1, 1, 0, class, 0, &aux);
        made.unwrap().check().unwrap();
        (connection, window)
    }

    /// What the window shows; `None` if it is not there.
    pub(crate) fn picture(&self, window: Window) -> Option<Picture> {
        let geometry = self.connection.get_geometry(window).unwrap().reply().ok()?;
        let (width, height) = (geometry.width, geometry.height);
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX);
        let data = image.unwrap().reply().ok()?.data;
        let (pixels, _) = data.as_chunks::<4>();
        let rgb = pixels.iter().flat_map(|[blue, green, red, _]| [*red, *green, *blue]).collect();
        Some(Picture { width, height, rgb })
    }

    /// Whether the window gets this colour.
    pub(crate) fn turns(&self, window: Window, colour: [u8; 3], patience: Duration) -> bool {
        let has = || self.picture(window).filter(|picture| picture.colour() == Some(colour));
        within(patience, has).is_some()
    }

    pub(crate) fn focus(&self, window: Window) {
        // A window that is being closed can't have it.
        let _ = self.connection.set_input_focus(InputFocus::PARENT, window, CURRENT_TIME).unwrap().check();
    }

    pub(crate) fn press(&self, key: u32, pressed: bool) {
        let event = if pressed { xproto::KEY_PRESS_EVENT } else { xproto::KEY_RELEASE_EVENT };
        self.fake(event, self.code(key));
    }

    /// A key of the window that has the keyboard.
    pub(crate) fn key(&self, window: Window, key: u32) {
        self.focus(window);
        for pressed in [true, false] {
            self.press(key, pressed);
        }
    }

    fn code(&self, key: u32) -> u8 {
        let setup = self.connection.setup();
        let (min, max) = (setup.min_keycode, setup.max_keycode);
        let mapping = self.connection.get_keyboard_mapping(min, max - min + 1).unwrap().reply().unwrap();
        let mut codes = mapping.keysyms.chunks(mapping.keysyms_per_keycode.into());
        let place = codes.position(|keys| keys.contains(&key)).expect("the keyboard has that key");
        min + u8::try_from(place).unwrap()
    }

    /// Moves the pointer to a place of the screen.
    pub(crate) fn point(&self, x: i16, y: i16) {
        self.connection.warp_pointer(NONE, self.root, 0, 0, 0, 0, x, y).unwrap().check().unwrap();
    }

    /// A click with the left button, at a place of the screen.
    pub(crate) fn click(&self, x: i16, y: i16) {
        self.point(x, y);
        let left = u8::from(ButtonIndex::M1);
        self.fake(xproto::BUTTON_PRESS_EVENT, left);
        self.fake(xproto::BUTTON_RELEASE_EVENT, left);
    }

    fn fake(&self, event: u8, detail: u8) {
        let sent = self.connection.xtest_fake_input(event, detail, CURRENT_TIME, self.root, 0, 0, 0);
        sent.unwrap().check().unwrap();
    }

    pub(crate) fn resize(&self, window: Window, width: u32, height: u32) {
        let size = ConfigureWindowAux::new().width(width).height(height);
        self.connection.configure_window(window, &size).unwrap().check().unwrap();
    }

    /// What the button in a title bar does: there are none without a window manager.
    pub(crate) fn close(&self, window: Window) {
        let [protocols, delete] =
            [b"WM_PROTOCOLS".as_slice(), b"WM_DELETE_WINDOW"].map(|atom| self.atom(atom));
        let message = ClientMessageEvent::new(32, window, protocols, [delete, CURRENT_TIME, 0, 0, 0]);
        let sent = self.connection.send_event(false, window, EventMask::NO_EVENT, message);
        // It may be closed already.
        let _ = sent.unwrap().check();
    }

    /// Whether there are no windows any more.
    pub(crate) fn is_empty(&self) -> bool {
        within(PATIENCE, || self.windows().is_empty().then_some(())).is_some()
    }
}
