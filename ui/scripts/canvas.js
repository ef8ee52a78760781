// The tools of the canvas, and what it says to the server and hears from it; `element`, `props`, `trigger` and `watch` are gradio's.
//
// The server writes a message into `props.value`, and finds there what has become of it: {picture, width, height, step, added,
// erased}, layers as runs. It is told of every change ("input"), of a click on a region ("pick"), and when the parts that are
// shown are others than it said last ("restored").
const TOOLS = ["brush", "eraser", "add", "remove"];
const SMALLEST = 1;  // pixels of the picture, as the brush's other numbers
const STEP = 1.25;  // how much [ and ] change it
const MISTAKE = 350;  // milliseconds: a second finger within them takes back what the first began to paint

class Editor {
    constructor(root) {
        this.root = root;
        this.find = (name) => root.querySelector(`[data-is="${name}"]`);
        this.stage = this.find("stage");
        this.cursor = this.find("cursor");
        this.view = new View(this.find("canvas"));
        this.tool = "brush";
        this.pointers = new Map();
        this.size = 32;
        new ResizeObserver(() => this.view.resize()).observe(this.stage);
        this._listen();
        setInterval(() => this._march(), 160);
    }

    // ---- what the server says

    async hear(message) {
        if (message.kind === "open") return this._open(message);
        if (!this.mask || message.picture !== this.picture) return;  // of a picture that is no longer here
        if (message.colour) this.view.setColour(message.colour);
        if (message.kind === "parts") {
            this.told = message.step;
            this.choices.set(message.step, message.choice);
            this.mask.setParts(message.step, message.parts, message.unsure);
        } else if (message.kind === "replace") this.mask.replace(message.region);
        else this.mask.region(message.kind, message.region);
        this.say();
    }

    _open(message) {
        const {picture, width, height, colour} = message;
        Object.assign(this, {picture, told: 0, largest: Math.max(width, height) / 2});
        this.mask = new Mask(width, height, (box) => this.view.update(box));
        if (message.added) decodeRuns(message.added, (start, end) => this.mask.bits.fill(ADDED, start, end));
        this.choices = new Map();  // what the server tells of each, for the keeper
        if (message.step) {
            this.mask.lay({1: message.parts, 8: message.unsure, 4: message.erased});
            this.mask.step = this.told = message.step;
            this.choices.set(message.step, message.choice);
        }
        this.view.resize();
        this.view.open(null, this.mask, colour);
        this.setSize(Math.max(width, height) / 16);
        const seen = new Image();
        seen.onload = () => {
            if (this.picture !== picture) return;
            this.view.picture = seen;
            this.view.draw();
            this.root.dataset.shown = picture;
        };
        seen.src = message.file.url;
        Object.entries(message.labels).forEach(([name, text]) => this._name(name, text));
        this.say(false);
    }

    _name(name, text) {
        const part = this.find(name);
        if (!part) return;
        part.setAttribute("aria-label", text);
        const key = part.dataset.key;
        if (part.tagName === "BUTTON") part.title = key ? `${text} (${key})` : text;
    }

    // ---- what the server is told

    say(changed = true) {
        const {mask, picture, stage} = this, {width, height, step} = mask;
        const layers = {added: encodeRuns(mask.bits, ADDED), erased: encodeRuns(mask.bits, ERASED)};
        props.value = {picture, width, height, step, ...layers};
        this.find("undo").disabled = !mask.past.length;
        this.find("redo").disabled = !mask.future.length;
        if (changed && step !== this.told) {
            this.told = step;
            trigger("restored");
        }
        if (changed) trigger("input");
    }

    act(name) {
        const {mask, view} = this;
        if (!mask) return;
        if (TOOLS.includes(name)) return this.setTool(name);
        if (name === "zoom_in") return view.zoom(1.25);
        if (name === "zoom_out") return view.zoom(0.8);
        if (name === "fit") return view.fit();
        mask[name]();  // undo, redo, clear, invert
        this.say();
    }

    setTool(name) {
        this.tool = name;
        for (const tool of TOOLS) this.find(tool)?.setAttribute("aria-pressed", String(tool === name));
        this.root.dataset.tool = name;
        this._moveCursor();
    }

    // size: the brush's diameter in pixels of the picture; the slider's travel is its logarithm.
    setSize(size) {
        this.size = Math.min(this.largest, Math.max(SMALLEST, size));
        const slider = this.find("size");
        slider.value = 100 * Math.log(this.size / SMALLEST) / Math.log(this.largest / SMALLEST);
        slider.setAttribute("aria-valuetext", `${Math.round(this.size)} px`);
        this.find("pixels").textContent = Math.round(this.size);
        this._moveCursor();
    }

    // ---- pointers

    _listen() {
        const {stage, root} = this;
        root.addEventListener("click", (event) => {
            const button = event.target.closest("button[data-is]");
            if (button && root.contains(button)) this.act(button.dataset.is);
        });
        this.find("size").addEventListener("input", (event) =>
            this.setSize(SMALLEST * (this.largest / SMALLEST) ** (event.target.value / 100)));
        stage.addEventListener("pointerdown", (event) => this._down(event));
        stage.addEventListener("pointermove", (event) => this._move(event));
        for (const kind of ["pointerup", "pointercancel"]) stage.addEventListener(kind, (event) => this._up(event));
        stage.addEventListener("pointerenter", () => { this.inside = true; });
        stage.addEventListener("pointerleave", () => { this.inside = false; this._moveCursor(); });
        stage.addEventListener("contextmenu", (event) => event.preventDefault());
        stage.addEventListener("wheel", (event) => this._wheel(event), {passive: false});
        document.addEventListener("keydown", (event) => this._key(event, true));
        document.addEventListener("keyup", (event) => this._key(event, false));
        window.addEventListener("blur", () => this._space(false));
    }

    _at(event) {
        const box = this.stage.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
    }

    _down(event) {
        const rubber = event.button === 5;  // the other end of a pen
        if (!this.mask || event.button > 1 && !rubber) return;
        event.preventDefault();
        this.find("canvas").focus({preventScroll: true});
        this.stage.setPointerCapture(event.pointerId);
        const at = this._at(event);
        this.pointers.set(event.pointerId, at);
        if (this.pointers.size > 1) return this._pinch();
        if (event.button === 1 || this.space) this.doing = "pan";
        else if (this.tool === "add" || this.tool === "remove") this.doing = "click";
        else {
            this.doing = "paint";
            this.began = event.timeStamp;
            this.mask.begin(this.tool === "brush" && !rubber ? "add" : "remove");
            this.last = this.view.place(...at);
            this._line(at);
        }
        this.from = at;
    }

    _move(event) {
        this.pointer = this._at(event);
        this._moveCursor(event.pointerType === "touch");
        const before = this.pointers.get(event.pointerId);
        if (!before) return;
        const fingers = [...this.pointers.values()];
        this.pointers.set(event.pointerId, this.pointer);
        if (this.doing === "pan") this.view.move(this.pointer[0] - before[0], this.pointer[1] - before[1]);
        if (this.doing === "pinch" && fingers.length === 2) this._spread(fingers, [...this.pointers.values()]);
        if (this.doing === "paint") {
            const passed = event.getCoalescedEvents?.() ?? [];
            for (const point of passed.length ? passed : [event]) this._line(this._at(point));
        }
    }

    _up(event) {
        if (!this.pointers.delete(event.pointerId)) return;
        const {doing} = this, at = this._at(event), cancelled = event.type === "pointercancel";
        if (this.pointers.size) return;
        this.doing = null;
        if (doing === "paint") {
            this.mask.end();
            this.say();
        }
        if (doing === "click" && !cancelled && Math.hypot(at[0] - this.from[0], at[1] - this.from[1]) < 8) this._pick(at);
    }

    // A second finger: from now on two of them move the picture. A stroke that has only just begun was not meant.
    _pinch() {
        if (this.doing === "paint") {
            if (performance.now() - this.began < MISTAKE) this.mask.cancel();
            else { this.mask.end(); this.say(); }
        }
        this.doing = "pinch";
    }

    _spread([a, b], [c, d]) {
        const middle = (p, q) => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2], far = (p, q) => Math.hypot(p[0] - q[0], p[1] - q[1]);
        const before = middle(a, b), after = middle(c, d);
        this.view.move(after[0] - before[0], after[1] - before[1]);
        this.view.zoom(far(c, d) / Math.max(1, far(a, b)), ...after);
    }

    _line(at) {
        const point = this.view.place(...at);
        this.mask.line(...this.last, ...point, this.size / 2);
        this.last = point;
    }

    _pick(at) {
        const {mask} = this, [x, y] = this.view.place(...at);
        if (x < 0 || y < 0 || x >= mask.width || y >= mask.height) return;
        trigger("pick", {x: x / mask.width, y: y / mask.height, how: this.tool, picture: this.picture});
    }

    _wheel(event) {
        if (!this.mask) return;
        event.preventDefault();
        const lines = event.deltaMode === 1 ? 16 : 1, speed = event.ctrlKey ? 0.01 : 0.0015;
        this.view.zoom(Math.exp(-event.deltaY * lines * speed), ...this._at(event));
        this._moveCursor();
    }

    // ---- keys

    _key(event, down) {
        const typing = event.target.closest?.("textarea, select, [contenteditable], input:not([type=range], [type=checkbox], [type=radio])");
        if (!this.mask || typing || !this.root.isConnected || !this.root.offsetParent) return;
        const key = event.key.toLowerCase(), here = this.inside || this.root.contains(document.activeElement);
        if (key === " ") {
            const pressing = document.activeElement?.matches("button:focus-visible, input:focus-visible, summary");
            if (!this.inside && document.activeElement !== this.find("canvas") || pressing) return this._space(false);
            event.preventDefault();
            return this._space(down);
        }
        if (!down) return;
        if ((event.ctrlKey || event.metaKey) && !event.altKey) {
            const action = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : null;
            if (!action) return;
            event.preventDefault();
            return this.act(action);
        }
        if (!here || event.altKey) return;
        const pan = {arrowleft: [40, 0], arrowright: [-40, 0], arrowup: [0, 40], arrowdown: [0, -40]}[key];
        const action = {b: "brush", e: "eraser", a: "add", r: "remove", "+": "zoom_in", "=": "zoom_in", "-": "zoom_out", 0: "fit"}[key];
        if (pan && document.activeElement === this.find("canvas")) this.view.move(...pan);
        else if (key === "[") this.setSize(this.size / STEP);
        else if (key === "]") this.setSize(this.size * STEP);
        else if (action && this.find(action)) this.act(action);
        else return;
        event.preventDefault();
    }

    _space(down) {
        this.space = down;
        this.stage.classList.toggle("panning", down);
        this._moveCursor();
    }

    // The brush as a ring under the pointer.
    _moveCursor(touch = false) {
        const shown = this.inside && this.pointer && !touch && !this.space && ["brush", "eraser"].includes(this.tool);
        this.cursor.hidden = !shown;
        if (!shown) return;
        const wide = Math.max(3, this.size * this.view.scale), [x, y] = this.pointer;
        Object.assign(this.cursor.style, {width: `${wide}px`, height: `${wide}px`, transform: `translate(${x - wide / 2}px, ${y - wide / 2}px)`});
    }

    _march() {
        const still = document.hidden || !this.root.offsetParent || !this.inside || matchMedia("(prefers-reduced-motion: reduce)").matches;
        if (this.mask && !still) this.view.march();
    }
}

const editor = element.querySelector(".canvas").editor = new Editor(element.querySelector(".canvas"));
const listen = () => { if (props.value?.kind) editor.hear(props.value); };
watch("value", listen);
listen();
