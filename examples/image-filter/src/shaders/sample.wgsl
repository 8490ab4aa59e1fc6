// A mountain lake at dusk: sky with clouds and the first stars, ridges in haze, water that mirrors
// them, pines on the near shore, and the grain of a sensor that had little light.
// Lengths are in kilometres or so; the lake lies at height 0, the camera looks along +z.

struct Params {
    size: vec2<u32>,
    first_row: u32,
    rows: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> picture: array<u32>;

const EYE: vec3<f32> = vec3<f32>(0.0, 0.035, 0.0);
const SUN: vec3<f32> = vec3<f32>(0.3116, 0.0156, 0.9501);
const FAR: f32 = 42.0;
// Samples a pixel, a side.
const SAMPLES: u32 = 2;

// ---- noise -------------------------------------------------------------------------------------

fn scramble(value: u32) -> u32 {
    var state = value * 747796405u + 2891336453u;
    state = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (state >> 22u) ^ state;
}

fn random2(cell: vec2<i32>) -> f32 {
    let mixed = scramble(bitcast<u32>(cell.x) + scramble(bitcast<u32>(cell.y) + 0x9e3779b9u));
    return f32(mixed >> 8u) / 16777216.0;
}

// Smooth noise in [0, 1] and its slope.
fn noise(at: vec2<f32>) -> vec3<f32> {
    let cell = floor(at);
    let f = at - cell;
    let u = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    let du = 30.0 * f * f * (f * (f - 2.0) + 1.0);
    let c = vec2<i32>(cell);
    let a = random2(c);
    let b = random2(c + vec2<i32>(1, 0));
    let d = random2(c + vec2<i32>(0, 1));
    let e = random2(c + vec2<i32>(1, 1));
    let k = a - b - d + e;
    let value = a + (b - a) * u.x + (d - a) * u.y + k * u.x * u.y;
    return vec3<f32>(value, du * (vec2<f32>(b - a, d - a) + k * u.yx));
}

// Turned between octaves, so that the grid does not show.
fn turn(at: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(0.8 * at.x - 0.6 * at.y, 0.6 * at.x + 0.8 * at.y);
}

fn cloudy(start: vec2<f32>, octaves: i32) -> f32 {
    var at = start;
    var sum = 0.0;
    var size = 0.5;
    for (var i = 0; i < octaves; i++) {
        sum += size * noise(at).x;
        at = turn(at) * 2.03 + 17.1;
        size *= 0.5;
    }
    return sum;
}

// ---- the land ----------------------------------------------------------------------------------

// Steep slopes get less fine structure: that is what rain does to mountains.
fn mountains(start: vec2<f32>, octaves: i32) -> f32 {
    var at = start * 0.30;
    var sum = 0.0;
    var size = 1.0;
    var slope = vec2<f32>(0.0);
    for (var i = 0; i < octaves; i++) {
        let n = noise(at);
        slope += n.yz;
        sum += size * n.x / (1.0 + dot(slope, slope));
        at = turn(at) * 2.0 + 31.7;
        size *= 0.5;
    }
    return sum;
}

fn height(at: vec2<f32>, octaves: i32) -> f32 {
    // A valley leads to where the sun went down; the far range closes it.
    let valley = abs(at.x - 0.33 * at.y) / (1.0 + 0.16 * at.y);
    let walls = smoothstep(0.35, 2.6, valley);
    let shore = smoothstep(3.6, 9.0, at.y + 2.2 * min(abs(at.x - 0.5), 3.0) - 2.5);
    let range = smoothstep(16.0, 30.0, at.y);
    let lift = shore * (0.22 + 1.25 * walls) + 0.85 * range;
    let ground = 1.75 * lift * (mountains(at, octaves) - 0.20);
    return ground - 0.10 * (1.0 - shore);
}

fn march(origin: vec3<f32>, direction: vec3<f32>, octaves: i32) -> f32 {
    var t = 1.6;
    var before = 0.0;
    var step = 0.0;
    for (var i = 0; i < 260; i++) {
        let at = origin + t * direction;
        let above = at.y - height(at.xz, octaves);
        if above < 0.0006 * t {
            // Back to where the ray went under.
            return mix(t - step, t, clamp(before / max(before - above, 1e-5), 0.0, 1.0));
        }
        if t > FAR || (at.y > 3.6 && direction.y > 0.0) {
            return -1.0;
        }
        before = above;
        step = max(0.34 * above, 0.007 * t);
        t += step;
    }
    // Still skimming the ground.
    return t;
}

// ---- light -------------------------------------------------------------------------------------

fn sky(direction: vec3<f32>) -> vec3<f32> {
    let up = max(direction.y, 0.0);
    let toward = max(dot(direction, SUN), 0.0);
    let beside = max(dot(normalize(direction.xz), normalize(SUN.xz)), 0.0);
    let zenith = vec3<f32>(0.010, 0.026, 0.090);
    let middle = vec3<f32>(0.060, 0.105, 0.235);
    let rose = mix(vec3<f32>(0.17, 0.165, 0.27), vec3<f32>(0.46, 0.25, 0.20), pow(beside, 4.0));
    let ember = mix(vec3<f32>(0.26, 0.19, 0.24), vec3<f32>(1.35, 0.54, 0.15), pow(beside, 9.0));
    var color = mix(middle, zenith, smoothstep(0.10, 0.50, up));
    color = mix(rose, color, smoothstep(0.02, 0.27, up));
    color = mix(ember, color, smoothstep(-0.04, 0.17, up));
    return color + vec3<f32>(0.95, 0.50, 0.16) * (0.30 * pow(toward, 24.0) + 0.5 * pow(toward, 220.0));
}

fn clouds(direction: vec3<f32>, behind: vec3<f32>) -> vec3<f32> {
    if direction.y < 0.012 {
        return behind;
    }
    let at = direction.xz / (direction.y + 0.055) * vec2<f32>(0.42, 1.0);
    let bent = at + 0.9 * vec2<f32>(cloudy(at * 0.9 + 3.1, 4), cloudy(at * 0.9 + 8.7, 4));
    let thick = cloudy(bent * 1.25, 6);
    let cover = smoothstep(0.53, 0.78, thick) * smoothstep(0.012, 0.09, direction.y);
    let wisps = smoothstep(0.48, 0.85, cloudy(bent * vec2<f32>(0.9, 3.0) + 40.0, 5)) * 0.30;
    let toward = max(dot(direction, SUN), 0.0);
    let lit = mix(vec3<f32>(0.20, 0.15, 0.24), vec3<f32>(1.50, 0.50, 0.20), pow(toward, 7.0));
    let shade = mix(vec3<f32>(0.085, 0.095, 0.165), vec3<f32>(0.30, 0.16, 0.15), pow(toward, 5.0));
    // The sun is below: thin parts and undersides glow, thick parts are grey.
    let body = mix(lit, shade, smoothstep(0.50, 0.80, thick));
    let low = 1.0 - smoothstep(0.30, 0.75, direction.y);
    let veiled = mix(behind, mix(behind, lit, 0.62), wisps * (1.0 - cover) * low);
    return mix(veiled, body, cover * mix(0.45, 0.93, low));
}

fn stars(direction: vec3<f32>) -> vec3<f32> {
    let grid = vec2<f32>(atan2(direction.x, direction.z), direction.y) * 170.0;
    let cell = vec2<i32>(floor(grid));
    let pick = random2(cell);
    if pick < 0.972 {
        return vec3<f32>(0.0);
    }
    let place = vec2<f32>(random2(cell + 911), random2(cell + 1877)) * 0.6 + 0.2;
    let apart = fract(grid) - place;
    let bright = 0.10 + 1.4 * pow(random2(cell + 37), 8.0);
    let tint = mix(vec3<f32>(1.0, 0.86, 0.72), vec3<f32>(0.78, 0.88, 1.0), random2(cell + 5));
    return tint * bright * exp(-dot(apart, apart) * 95.0) * smoothstep(0.16, 0.42, direction.y);
}

fn haze(direction: vec3<f32>) -> vec3<f32> {
    let level = normalize(vec3<f32>(direction.x, 0.045, direction.z));
    let blue = vec3<f32>(0.085, 0.105, 0.175);
    let beside = max(dot(normalize(direction.xz), normalize(SUN.xz)), 0.0);
    return mix(blue, 0.50 * sky(level), 0.20 + 0.65 * pow(beside, 14.0));
}

fn land(at: vec3<f32>, direction: vec3<f32>, t: f32) -> vec3<f32> {
    let e = 0.0016 * t;
    let here = height(at.xz, 9);
    let east = height(at.xz + vec2<f32>(e, 0.0), 9);
    let north = height(at.xz + vec2<f32>(0.0, e), 9);
    let normal = normalize(vec3<f32>(here - east, e, here - north));

    let rough = cloudy(at.xz * 9.0, 4);
    let rock = mix(vec3<f32>(0.060, 0.057, 0.062), vec3<f32>(0.13, 0.115, 0.11), rough);
    let forest = vec3<f32>(0.014, 0.026, 0.022) * (0.6 + 1.1 * cloudy(at.xz * 38.0, 3));
    let trees = (1.0 - smoothstep(0.26, 0.52, at.y + 0.30 * rough)) * smoothstep(0.40, 0.68, normal.y);
    let snow = smoothstep(0.42, 0.72, at.y + 0.40 * (rough - 0.5)) * smoothstep(0.46, 0.66, normal.y + 0.14 * rough);
    var albedo = mix(rock, forest, trees);
    albedo = mix(albedo, vec3<f32>(0.72, 0.74, 0.80), snow);

    // The sky is the lamp, brighter on the side of the sunset; the last light grazes the tops.
    let dome = vec3<f32>(0.20, 0.26, 0.44) * (0.55 + 0.45 * normal.y);
    let side = vec3<f32>(1.00, 0.46, 0.24) * 0.55 * max(dot(normal, normalize(vec3<f32>(0.55, 0.28, 0.45))), 0.0);
    let graze = vec3<f32>(1.0, 0.42, 0.30) * 1.1 * smoothstep(0.7, 1.5, at.y)
        * max(dot(normal, normalize(vec3<f32>(0.75, 0.35, -0.30))), 0.0);
    let lit = albedo * (dome + side + graze);

    let toward = max(dot(direction, SUN), 0.0);
    let thick = 1.0 - exp(-0.030 * t - 0.0008 * t * t * exp(-1.4 * at.y));
    let mist = (1.0 - exp(-0.16 * t)) * exp(-11.0 * max(at.y, 0.0)) * 0.38;
    let air = haze(direction) * (1.0 + 0.25 * toward * toward);
    return mix(lit, air, clamp(max(thick, mist), 0.0, 0.97));
}

// What a ray sees that does not meet water.
fn look(origin: vec3<f32>, direction: vec3<f32>, octaves: i32, with_stars: bool) -> vec3<f32> {
    let t = march(origin, direction, octaves);
    if t > 0.0 {
        return land(origin + t * direction, direction, t);
    }
    var background = sky(direction);
    if with_stars {
        background += stars(direction);
    }
    return clouds(direction, background);
}

// Wind comes in patches; where it is calm the mirror is nearly perfect.
fn ripples(at: vec2<f32>, distance: f32) -> vec2<f32> {
    let wind = smoothstep(0.38, 0.66, cloudy(at * vec2<f32>(1.3, 3.0) + 5.0, 4));
    var slope = vec2<f32>(0.0);
    var p = at * vec2<f32>(9.0, 20.0);
    var size = 0.0042;
    for (var i = 0; i < 6; i++) {
        slope += size * (noise(p).yz);
        p = turn(p) * 2.1 + 3.3;
        size *= 0.80;
    }
    return slope * mix(0.35, 1.5, wind) / (1.0 + 0.35 * distance);
}

fn water(direction: vec3<f32>) -> vec3<f32> {
    let t = -EYE.y / direction.y;
    let at = EYE + t * direction;
    let slope = ripples(at.xz, t);
    let normal = normalize(vec3<f32>(-slope.x, 1.0, -slope.y));
    var mirrored = reflect(direction, normal);
    mirrored.y = max(mirrored.y, 0.002);
    mirrored = normalize(mirrored);
    let facing = clamp(dot(-direction, normal), 0.0, 1.0);
    let fresnel = 0.02 + 0.98 * pow(1.0 - facing, 5.0);
    let above = look(vec3<f32>(at.x, 0.0, at.z), mirrored, 6, false);
    let deep = vec3<f32>(0.010, 0.022, 0.034);
    let surface = mix(deep, above * vec3<f32>(0.90, 0.94, 0.98), fresnel);
    return mix(surface, haze(direction), 0.30 * (1.0 - exp(-0.10 * t)));
}

// ---- the near shore ----------------------------------------------------------------------------

// How far inside a pine the place is, in picture heights: positive inside, and how much of the sky
// shows through its branches.
fn pine(place: vec2<f32>, foot: vec2<f32>, tall: f32, seed: i32) -> f32 {
    let up = (place.y - foot.y) / tall;
    if up < -0.02 || up > 1.02 {
        return 0.0;
    }
    let across = (place.x - foot.x - 0.012 * tall * sin(up * 3.0 + f32(seed))) / tall;
    let trunk = 0.011 * (1.0 - up) + 0.001;
    // Whorls of branches hang a little; each is as long as its height and luck allow.
    let hang = up + 0.28 * abs(across);
    let whorl = hang * (15.0 + 6.0 * random2(vec2<i32>(seed, 3)));
    let level = floor(whorl);
    let side = select(0, 1, across > 0.0);
    let luck = 0.62 + 0.55 * random2(vec2<i32>(i32(level) * 2 + side, seed));
    let taper = pow(clamp(1.0 - hang, 0.0, 1.0), 0.85) * smoothstep(0.02, 0.20, hang);
    let reach = (0.205 * taper + 0.006) * luck;
    let within = whorl - level;
    let spread = reach * (1.0 - 0.62 * within);
    let needles = (noise(place * vec2<f32>(520.0, 430.0) + f32(seed) * 7.0).x - 0.5) * 0.034
        + (noise(place * vec2<f32>(190.0, 260.0) + f32(seed)).x - 0.5) * 0.040;
    let crown = smoothstep(0.0, 0.010, spread + needles * min(taper * 3.0, 1.0) - abs(across));
    let stem = smoothstep(0.0, 0.004, trunk - abs(across));
    let gaps = smoothstep(0.30, 0.52, noise(place * vec2<f32>(300.0, 360.0) + f32(seed) * 3.0).x + 0.9 * (1.0 - abs(across) / max(spread, 1e-4)) - 0.15);
    return max(crown * gaps, stem);
}

fn bank_left(x: f32) -> f32 {
    return -0.275 - 0.115 * (x + 0.75) - 0.20 * smoothstep(-0.62, -0.12, x)
        + 0.050 * (cloudy(vec2<f32>(x * 6.0, 4.0), 7) - 0.5);
}

fn bank_right(x: f32) -> f32 {
    return -0.41 + 0.20 * smoothstep(0.28, 0.80, x) + 0.040 * (cloudy(vec2<f32>(x * 8.0, 9.0), 7) - 0.5)
        - 0.30 * (1.0 - smoothstep(0.30, 0.46, x));
}

// Opacity of the near shore and its trees. `place` has its origin in the picture's middle, y up, and
// the picture's height as its unit.
fn shore(place: vec2<f32>) -> vec2<f32> {
    var cover = 0.0;
    for (var i = 0; i < 11; i++) {
        let r = random2(vec2<i32>(i, 71));
        let x = -0.80 + 0.046 * f32(i) + 0.030 * (r - 0.5);
        let tall = (0.46 - 0.028 * f32(i)) * (0.62 + 0.55 * random2(vec2<i32>(i, 13)));
        cover = max(cover, pine(place, vec2<f32>(x, bank_left(x) - 0.012), tall, i * 17 + 5));
    }
    for (var i = 0; i < 5; i++) {
        let r = random2(vec2<i32>(i, 171));
        let x = 0.56 + 0.062 * f32(i) + 0.034 * (r - 0.5);
        let tall = (0.10 + 0.036 * f32(i)) * (0.7 + 0.5 * r);
        cover = max(cover, pine(place, vec2<f32>(x, bank_right(x) - 0.008), tall, i * 29 + 400));
    }
    let blades = noise(vec2<f32>(place.x * 520.0 + 60.0 * place.y, 1.0)).x;
    let grass = 0.030 * blades * blades * noise(vec2<f32>(place.x * 60.0, 8.0)).x;
    let ground = max(bank_left(place.x), bank_right(place.x)) + grass;
    let bank = smoothstep(-0.0012, 0.0012, ground - place.y);
    return vec2<f32>(max(cover, bank), bank);
}

// ---- the photograph ----------------------------------------------------------------------------

fn scene(place: vec2<f32>) -> vec3<f32> {
    let direction = normalize(vec3<f32>(place.x, place.y + 0.075, 1.02));
    var color = vec3<f32>(0.0);
    let near = shore(place);
    if near.x < 0.999 {
        if direction.y < -0.0008 {
            let t = -EYE.y / direction.y;
            let coast = march(EYE, direction, 7);
            if coast > 0.0 && coast < t {
                color = land(EYE + coast * direction, direction, coast);
            } else {
                color = water(direction);
            }
        } else {
            color = look(EYE, direction, 8, true);
        }
    }
    let stones = cloudy(place * vec2<f32>(130.0, 210.0), 4) * cloudy(place * vec2<f32>(9.0, 22.0), 6) * 2.0;
    let dark = mix(vec3<f32>(0.0055, 0.0070, 0.0085), vec3<f32>(0.0095, 0.0095, 0.0105) * (0.3 + 3.0 * stones * stones), near.y);
    return mix(color, dark, near.x);
}

fn bell(seed: u32) -> f32 {
    var state = seed;
    var sum = 0.0;
    for (var i = 0; i < 4; i++) {
        state = scramble(state + 0x68bc21ebu);
        sum += f32(state >> 8u) / 16777216.0;
    }
    return (sum - 2.0) * 1.73;
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.size.x || id.y >= params.rows {
        return;
    }
    let pixel = vec2<u32>(id.x, id.y + params.first_row);
    var color = vec3<f32>(0.0);
    for (var s = 0u; s < SAMPLES * SAMPLES; s++) {
        let inside = (vec2<f32>(f32(s % SAMPLES), f32(s / SAMPLES)) + 0.5) / f32(SAMPLES);
        let place = (vec2<f32>(pixel) + inside - 0.5 * vec2<f32>(params.size)) / f32(params.size.y);
        color += scene(vec2<f32>(place.x, -place.y));
    }
    color /= f32(SAMPLES * SAMPLES);

    // The lens darkens the corners a little, the sensor saturates gently and adds shot noise.
    let apart = (vec2<f32>(pixel) - 0.5 * vec2<f32>(params.size)) / f32(params.size.y);
    color *= 0.92 / (1.0 + 0.16 * dot(apart, apart));
    let seed = pixel.y * params.size.x + pixel.x;
    let shared_noise = bell(scramble(seed * 4u));
    for (var c = 0u; c < 3u; c++) {
        let own = bell(scramble(seed * 4u + 1u + c));
        let spread = 0.0016 + 0.014 * sqrt(max(color[c], 0.0));
        color[c] += spread * (0.8 * shared_noise + 0.45 * own);
    }
    color = max(color, vec3<f32>(0.0));
    color = color / (1.0 + max(color - 0.45, vec3<f32>(0.0)) * 0.62);

    let low = color * 12.92;
    let high = 1.055 * pow(color, vec3<f32>(1.0 / 2.4)) - 0.055;
    let encoded = clamp(select(high, low, color <= vec3<f32>(0.0031308)), vec3<f32>(0.0), vec3<f32>(1.0));
    let bytes = vec3<u32>(encoded * 255.0 + 0.5);
    picture[id.y * params.size.x + id.x] = 0xff000000u | (bytes.b << 16u) | (bytes.g << 8u) | bytes.r;
}
