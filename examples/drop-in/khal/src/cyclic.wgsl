// The cyclic automaton: a cell of one colour is overtaken by any neighbour of the next one. What begins as
// noise ends as spirals.

const COLUMNS: u32 = 512;
const ROWS: u32 = 384;
const COLORS: u32 = 14;
// A cell is a square of this many pixels.
const SIDE: u32 = 2;

@group(0) @binding(0) var<storage, read> field: array<u32>;
@group(0) @binding(1) var<storage, read_write> next_field: array<u32>;

// A cell of the field, whose edges are joined.
fn cell(x: u32, y: u32) -> u32 {
    return field[(y % ROWS) * COLUMNS + x % COLUMNS];
}

@compute @workgroup_size(64)
fn step(@builtin(global_invocation_id) id: vec3<u32>) {
    let x = id.x % COLUMNS;
    let y = id.x / COLUMNS;
    if y >= ROWS {
        return;
    }
    let own = cell(x, y);
    let next = (own + 1) % COLORS;
    let overtaken = cell(x + 1, y) == next || cell(x + COLUMNS - 1, y) == next
        || cell(x, y + 1) == next || cell(x, y + ROWS - 1) == next;
    next_field[id.x] = select(own, next, overtaken);
}

@group(0) @binding(2) var<storage, read> palette: array<u32>;

// Each pixel has the colour of its cell.
@compute @workgroup_size(64)
fn paint(@builtin(global_invocation_id) id: vec3<u32>) {
    let width = COLUMNS * SIDE;
    let x = id.x % width;
    let y = id.x / width;
    if y >= ROWS * SIDE {
        return;
    }
    next_field[id.x] = palette[cell(x / SIDE, y / SIDE)];
}
