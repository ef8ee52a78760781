// What is seen of picture and mask: zoomed and moved, tinted, with a two-coloured border and hatching where detection is unsure.
const TINT = 0.5;  // opacity of the mask's colour
const MOST_ZOOM = 32;  // screen pixels for a pixel of the picture

function pattern(context, size, draw) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = size;
    draw(tile.getContext("2d"));
    return context.createPattern(tile, "repeat");
}

function stripes(context, size, light, dark, width) {
    return pattern(context, size, (pen) => {
        pen.fillStyle = dark;
        pen.fillRect(0, 0, size, size);
        pen.strokeStyle = light;
        pen.lineWidth = width;
        pen.beginPath();
        for (const shift of [-size, 0, size]) { pen.moveTo(shift - 2, size + 2); pen.lineTo(shift + size + 2, -2); }
        pen.stroke();
    });
}

function squares(context, size) {
    return pattern(context, 2 * size, (pen) => {
        pen.fillStyle = "#8884";
        for (const at of [0, size]) pen.fillRect(at, at, size, size);
    });
}

class View {
    constructor(canvas) {
        this.canvas = canvas;
        this.context = canvas.getContext("2d");
        const layer = () => document.createElement("canvas").getContext("2d");
        Object.assign(this, {tint: layer(), doubt: layer(), screen: layer(), border: layer(), ants: layer(), hatched: layer()});
        this.scale = 1;  // css pixels for a pixel of the picture
        this.x = this.y = 0;  // where the picture's corner lies, in css pixels
        this.phase = 0;
        this.fitted = true;
    }

    // picture: as large as the mask; colour: [red, green, blue].
    open(picture, mask, colour) {
        Object.assign(this, {picture, mask, fitted: true});
        for (const layer of [this.tint, this.doubt]) Object.assign(layer.canvas, {width: mask.width, height: mask.height});
        this.setColour(colour);
        this.fit();
    }

    setColour(colour) {
        const [red, green, blue] = this.colour = colour;
        const light = colour.map((level) => Math.round(level + (255 - level) * 0.3));  // by hand: a little lighter than what was found
        const word = (r, g, b) => (255 << 24 | b << 16 | g << 8 | r) >>> 0;  // little-endian RGBA, as every browser's machine is
        this.words = Uint32Array.from({length: 16}, (_, bits) =>
            !PAINTED[bits] ? 0 : bits & ADDED ? word(...light) : word(red, green, blue));
        if (this.mask) this.update(this.mask.all);
    }

    // The mask has changed within a rectangle.
    update([left, top, right, bottom]) {
        const width = right - left, height = bottom - top, {bits} = this.mask;
        if (width <= 0 || height <= 0) return;
        const tint = new ImageData(width, height), doubt = new ImageData(width, height);
        const tinted = new Uint32Array(tint.data.buffer), doubted = new Uint32Array(doubt.data.buffer);
        for (let y = 0, to = 0; y < height; y++) {
            for (let at = (top + y) * this.mask.width + left, end = at + width; at < end; at++, to++) {
                tinted[to] = this.words[bits[at]];
                if (bits[at] & UNSURE && PAINTED[bits[at]]) doubted[to] = 0xff000000;
            }
        }
        this.tint.putImageData(tint, left, top);
        this.doubt.putImageData(doubt, left, top);
        this.stale = true;
        this.draw();
    }

    resize() {
        const box = this.canvas.getBoundingClientRect(), dpr = Math.min(2, window.devicePixelRatio || 1);
        if (!box.width || !box.height) return;
        Object.assign(this, {width: box.width, height: box.height, dpr});
        for (const layer of [this.context, this.screen, this.border, this.ants, this.hatched]) {
            layer.canvas.width = Math.round(box.width * dpr);
            layer.canvas.height = Math.round(box.height * dpr);
        }
        this.board = squares(this.context, 9 * dpr);
        this.hatch = stripes(this.context, 10 * dpr, "#fffb", "#0002", 1.6 * dpr);
        this.dashes = stripes(this.context, 8 * dpr, "#fff", "#000", 2.8 * dpr);
        this.stale = true;
        if (this.fitted) this.fit(); else this.move(0, 0);
    }

    get fitting() {
        return Math.min(this.width / this.mask.width, this.height / this.mask.height, MOST_ZOOM) * 0.98;
    }

    fit() {
        if (!this.mask || !this.width) return;
        this.scale = this.fitting;
        this.fitted = true;
        this.x = (this.width - this.scale * this.mask.width) / 2;
        this.y = (this.height - this.scale * this.mask.height) / 2;
        this.stale = true;
        this.draw();
    }

    // By a factor, about a point of the screen that stays where it is.
    zoom(factor, x = this.width / 2, y = this.height / 2) {
        const scale = Math.min(MOST_ZOOM, Math.max(Math.min(this.fitting, 1) / 2, this.scale * factor));
        this.x = x - (x - this.x) * scale / this.scale;
        this.y = y - (y - this.y) * scale / this.scale;
        this.scale = scale;
        this.move(0, 0);
    }

    // The picture never leaves the screen wholly.
    move(dx, dy) {
        if (!this.mask) return;
        const keep = 60, within = (at, screen, length) => Math.min(screen - keep, Math.max(keep - length, at));
        this.x = within(this.x + dx, this.width, this.scale * this.mask.width);
        this.y = within(this.y + dy, this.height, this.scale * this.mask.height);
        this.fitted = false;
        this.stale = true;
        this.draw();
    }

    // Screen -> pixels of the picture.
    place(x, y) { return [(x - this.x) / this.scale, (y - this.y) / this.scale]; }

    draw() {
        if (this.waiting) return;
        this.waiting = requestAnimationFrame(() => {
            this.waiting = null;
            this._draw();
        });
    }

    // The border's dashes a step further.
    march() {
        this.phase = (this.phase + 1) % 8;
        this.draw();
    }

    _draw() {
        if (!this.mask || !this.width) return;
        const {context, scale, dpr} = this, {width, height} = this.canvas;
        if (this.stale) this._trace();
        context.clearRect(0, 0, width, height);
        const left = this.x * dpr, top = this.y * dpr, wide = scale * dpr * this.mask.width, high = scale * dpr * this.mask.height;
        context.fillStyle = this.board;
        context.fillRect(left, top, wide, high);
        context.imageSmoothingEnabled = scale * dpr < 2;
        if (this.picture) context.drawImage(this.picture, left, top, wide, high);
        context.globalAlpha = TINT;
        context.drawImage(this.screen.canvas, 0, 0);
        context.globalAlpha = 1;
        context.drawImage(this.hatched.canvas, 0, 0);
        this._dash();
        context.drawImage(this.ants.canvas, 0, 0);
    }

    // The mask as it lies on the screen, the line round it, and the hatching.
    _trace() {
        this.stale = false;
        const {screen, border, hatched, dpr} = this, far = 1.25 * dpr, near = far * 0.7;
        this._place(screen, this.tint.canvas);
        this._wipe(border);
        for (const [dx, dy] of [[far, 0], [-far, 0], [0, far], [0, -far], [near, near], [near, -near], [-near, near], [-near, -near]])
            border.drawImage(screen.canvas, dx, dy);
        border.globalCompositeOperation = "destination-out";
        border.drawImage(screen.canvas, 0, 0);
        this._place(hatched, this.doubt.canvas);
        this._paper(hatched, this.hatch, 0);
    }

    // The border in black and white, from where its dashes have come to.
    _dash() {
        this._wipe(this.ants);
        this.ants.drawImage(this.border.canvas, 0, 0);
        this._paper(this.ants, this.dashes, this.phase * this.dpr);
    }

    // Whatever is drawn there gets a pattern.
    _paper(layer, pattern, shift) {
        pattern.setTransform(new DOMMatrix().translate(shift, 0));
        layer.globalCompositeOperation = "source-in";
        layer.fillStyle = pattern;
        layer.fillRect(0, 0, this.canvas.width, this.canvas.height);
    }

    _place(layer, image) {
        const {dpr, scale} = this;
        this._wipe(layer);
        layer.imageSmoothingEnabled = scale * dpr < 1;
        layer.drawImage(image, this.x * dpr, this.y * dpr, image.width * scale * dpr, image.height * scale * dpr);
    }

    _wipe(layer) {
        layer.globalCompositeOperation = "source-over";
        layer.clearRect(0, 0, this.canvas.width, this.canvas.height);
    }
}
