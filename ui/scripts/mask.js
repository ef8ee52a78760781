// The mask of the canvas: one byte a pixel holds its layers, and every change can be undone.
//
// parts: what detection found and the chips chose; added, erased: what was done by hand; unsure: of the parts, what detection
// doubts. Painted is (parts or added) and not erased.
const PARTS = 1, ADDED = 2, ERASED = 4, UNSURE = 8;
const PAINTED = Uint8Array.from({length: 16}, (_, bits) => bits & (PARTS | ADDED) && !(bits & ERASED) ? 1 : 0);
const MOST_STEPS = 200;

// What becomes of a pixel's layers under the brush and the eraser. The eraser marks only what was found, so that a chip does not
// bring it back; what was added by hand is simply gone.
const STROKES = {
    add: Uint8Array.from({length: 16}, (_, bits) => (bits & ~ERASED) | ADDED),
    remove: Uint8Array.from({length: 16}, (_, bits) => (bits & PARTS ? bits | ERASED : bits) & ~ADDED),
};

// Lengths of runs, unset and set by turns, as LEB128 numbers in base64: the form in which layers travel.
function encodeRuns(bits, layer) {
    const bytes = [];
    let set = 0, start = 0;
    const end = (at) => {
        let length = at - start;
        for (; length > 127; length >>>= 7) bytes.push(length & 127 | 128);
        bytes.push(length);
        start = at;
        set ^= 1;
    };
    for (let at = 0; at < bits.length; at++) if ((bits[at] & layer ? 1 : 0) !== set) end(at);
    end(bits.length);
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.slice(at, at + 8192));
    return btoa(text);
}

// Calls paint(start, end) for every run that is set.
function decodeRuns(text, paint) {
    const bytes = atob(text);
    let at = 0, length = 0, shift = 0, set = false;
    for (let index = 0; index < bytes.length; index++) {
        const byte = bytes.charCodeAt(index);
        length |= (byte & 127) << shift;
        shift += 7;
        if (byte > 127) continue;
        if (set) paint(at, at + length);
        at += length;
        length = shift = 0;
        set = !set;
    }
}

// A rectangle of bytes as pairs of value and length: how the history keeps it.
function pack(bits, width, [left, top, right, bottom]) {
    const runs = [];
    let value = -1, length = 0;
    for (let y = top; y < bottom; y++) {
        for (let at = y * width + left, end = y * width + right; at < end; at++) {
            if (bits[at] === value) { length++; continue; }
            if (length) runs.push(length * 16 + value);
            value = bits[at];
            length = 1;
        }
    }
    if (length) runs.push(length * 16 + value);
    return Uint32Array.from(runs);
}

function unpack(runs, bits, width, [left, top, right, bottom]) {
    let x = left, y = top;
    for (const run of runs) {
        const value = run & 15;
        for (let rest = run >>> 4; rest > 0;) {
            const length = Math.min(rest, right - x);
            bits.fill(value, y * width + x, y * width + x + length);
            rest -= length;
            x += length;
            if (x === right) { x = left; y++; }
        }
    }
}

class Mask {
    // onChange(rectangle) is called for every change, with left, top, right and bottom in pixels.
    constructor(width, height, onChange) {
        Object.assign(this, {width, height, onChange, bits: new Uint8Array(width * height)});
        this.step = 0;  // the server's number for the parts, 0 = none
        this.past = [];
        this.future = [];
        this.stroke = null;
    }

    // Where the mask is, as runs, and its layers apart.
    get runs() {
        const [parts, added, erased] = [PARTS, ADDED, ERASED].map((layer) => encodeRuns(this.bits, layer));
        return {runs: encodeRuns(this.bits.map((bits) => PAINTED[bits]), 1), parts, added, erased};
    }

    // Runs by the layer that they are added to, without a step of the history.
    lay(layers) {
        for (const [layer, runs] of Object.entries(layers))
            decodeRuns(runs, (start, end) => { for (let at = start; at < end; at++) this.bits[at] |= +layer; });
    }

    get all() { return [0, 0, this.width, this.height]; }

    // A stroke from its first point to its last; `line` is called in between.
    begin(how) { this.stroke = {how, before: this.bits.slice(), box: null}; }

    // A thick line with round ends: every pixel whose centre is at most `radius` from it, all in pixels.
    line(x0, y0, x1, y1, radius) {
        const {bits, width, stroke} = this, table = STROKES[stroke.how];
        const reach = Math.max(radius, 0.5), dx = x1 - x0, dy = y1 - y0, long = dx * dx + dy * dy;
        const box = this._clamp([Math.min(x0, x1) - reach, Math.min(y0, y1) - reach, Math.max(x0, x1) + reach + 1,
            Math.max(y0, y1) + reach + 1]);
        for (let y = box[1]; y < box[3]; y++) {
            const py = y + 0.5 - y0;
            for (let x = box[0]; x < box[2]; x++) {
                const px = x + 0.5 - x0;
                const share = long ? Math.min(1, Math.max(0, (px * dx + py * dy) / long)) : 0;
                const ex = px - share * dx, ey = py - share * dy;
                if (ex * ex + ey * ey <= reach * reach) bits[y * width + x] = table[bits[y * width + x]];
            }
        }
        stroke.box = stroke.box ? [Math.min(stroke.box[0], box[0]), Math.min(stroke.box[1], box[1]),
            Math.max(stroke.box[2], box[2]), Math.max(stroke.box[3], box[3])] : box;
        this.onChange(box);
    }

    end() {
        const {before, box} = this.stroke;
        this.stroke = null;
        if (box) this._remember(before, box, this.step);
    }

    cancel() {
        const {before, box} = this.stroke;
        this.stroke = null;
        this.bits = before;
        if (box) this.onChange(box);
    }

    // A region by its runs, painted or rubbed out.
    region(how, runs) {
        this._change(this.step, (bits) => decodeRuns(runs, (start, end) => {
            for (let at = start; at < end; at++) bits[at] = STROKES[how][bits[at]];
        }));
    }

    // What was found, or chosen of it; strokes stay.
    setParts(step, parts, unsure) {
        this._change(step, (bits) => {
            for (let at = 0; at < bits.length; at++) bits[at] &= ADDED | ERASED;
            decodeRuns(parts, (start, end) => { for (let at = start; at < end; at++) bits[at] |= PARTS; });
            decodeRuns(unsure, (start, end) => { for (let at = start; at < end; at++) bits[at] |= UNSURE; });
        });
    }

    // Another mask instead of everything.
    replace(runs) {
        this._change(0, (bits) => {
            bits.fill(0);
            decodeRuns(runs, (start, end) => bits.fill(ADDED, start, end));
        });
    }

    clear() { this._change(0, (bits) => bits.fill(0)); }

    invert() {
        this._change(0, (bits) => { for (let at = 0; at < bits.length; at++) bits[at] = PAINTED[bits[at]] ? 0 : ADDED; });
    }

    undo() { this._go(this.past, this.future, "before"); }
    redo() { this._go(this.future, this.past, "after"); }

    _go(from, to, side) {
        const entry = from.pop();
        if (!entry || this.stroke) { if (entry) from.push(entry); return; }
        to.push(entry);
        unpack(entry[side], this.bits, this.width, entry.box);
        this.step = entry.steps[side];
        this.onChange(entry.box);
    }

    _change(step, change) {
        if (this.stroke) this.end();
        const before = this.bits.slice(), was = this.step;
        change(this.bits);
        this.step = step;
        this._remember(before, this.all, was);
        this.onChange(this.all);
    }

    _remember(before, box, was) {
        const entry = {box, steps: {before: was, after: this.step}};
        entry.before = pack(before, this.width, box);
        entry.after = pack(this.bits, this.width, box);
        const same = entry.before.length === entry.after.length && entry.before.every((run, at) => run === entry.after[at]);
        if (same && was === this.step) return;
        this.past.push(entry);
        if (this.past.length > MOST_STEPS) this.past.shift();
        this.future = [];
    }

    _clamp([left, top, right, bottom]) {
        const within = (at, length) => Math.min(length, Math.max(0, at));
        return [within(Math.floor(left), this.width), within(Math.floor(top), this.height), within(Math.ceil(right), this.width),
            within(Math.ceil(bottom), this.height)];
    }
}
