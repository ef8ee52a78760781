// What the browser keeps of a session, and brings back after a reload; `element`, `props`, `trigger`, `upload` and `watch` are
// gradio's. Nothing is sent anywhere but to the page's own server, and only to be shown again.
//
// Kept under these names: "settings", an object of values by name; "joints"; "mask", its size and layers; "picture" and "draft",
// files; "results", [{seed, seconds, steps, warnings, files}], newest first, and "files", [[name, file], ...].
const STORE = "kept", SWITCH = "cc_remember";
const MOST_BYTES = 96e6;  // of results; older ones beyond are not kept
const SOON = 400;  // milliseconds in which changes are gathered

class Keeper {
    constructor() {
        this.bringing = true;  // until what was kept is back, nothing is written over it
        this.timers = {};
        this.database = new Promise((resolve, reject) => {
            const opening = indexedDB.open("cc_controlnet", 1);
            opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
            opening.onsuccess = () => resolve(opening.result);
            opening.onerror = () => reject(opening.error);
        }).catch(() => null);  // a private window may have none: then nothing is kept
        this.others = new BroadcastChannel("cc_controlnet");
        this.others.onmessage = () => {
            this.bringing = true;
            setTimeout(() => location.reload(), SOON);
        };
    }

    get on() {
        try { return localStorage.getItem(SWITCH) !== "off"; } catch { return false; }
    }

    // One thing done with the store; undefined where there is none.
    async ask(mode, act) {
        const database = await this.database;
        if (!database) return undefined;
        return new Promise((resolve) => {
            const asked = act(database.transaction(STORE, mode).objectStore(STORE));
            asked.onsuccess = () => resolve(asked.result);
            asked.onerror = () => resolve(undefined);
        });
    }

    get(name) { return this.ask("readonly", (store) => store.get(name)); }

    async put(name, value) {
        if (this.on && !this.bringing) await this.ask("readwrite", (store) => store.put(value, name));
    }

    // The same of what gradio keeps for itself, which no database takes.
    putPlain(name, value) { return this.put(name, JSON.parse(JSON.stringify(value ?? null))); }

    forget() { return this.ask("readwrite", (store) => store.clear()); }

    // The server has deleted everything: here too, and on all pages of this browser, which begin anew.
    async emptied() {
        this.bringing = true;
        this.others?.postMessage("emptied");
        await this.forget();
        location.reload();
    }

    async switched(on) {
        try { localStorage.setItem(SWITCH, on ? "on" : "off"); } catch { return; }
        if (!on) await this.forget();
    }

    later(name, make) {
        clearTimeout(this.timers[name]);
        this.timers[name] = setTimeout(() => this.putPlain(name, make()), SOON);
    }

    settings(names, values) {
        this.later("settings", () => Object.fromEntries(names.map((name, at) => [name, values[at]])));
    }

    mask() {
        this.later("mask", () => {
            const {mask, choices} = document.querySelector(".canvas")?.editor ?? {};
            return mask ? {width: mask.width, height: mask.height, ...mask.runs, choice: choices.get(mask.step) ?? null} : null;
        });
    }

    // ---- what the server says

    async hear(message) {
        if (message.kind === "picture") {
            await this.put("draft", null);
            await this.put("joints", null);
            this.mask();
            await this.put("picture", await this.fetched(message.file));
        } else if (message.kind === "draft") await this.put("draft", message.file && await this.fetched(message.file));
        else if (message.kind === "joints") await this.putPlain("joints", message.joints);
        else if (message.kind === "results") await this.results(message);
    }

    async fetched(file) {
        const answer = await fetch(file.url);
        return new File([await answer.blob()], file.orig_name || "picture.png");
    }

    async results({results, files}) {
        if (!this.on || this.bringing) return;
        const had = new Map(await this.get("files") ?? []), kept = new Map();
        let bytes = 0, count = 0;
        for (const result of results) {
            for (const name of Object.values(result.files)) {
                if (kept.has(name)) continue;
                const file = had.get(name) ?? await this.fetched(files[name]);
                kept.set(name, file);
                bytes += file.size;
            }
            if (bytes > MOST_BYTES && count) break;
            count++;
        }
        await this.put("files", [...kept]);
        await this.putPlain("results", results.slice(0, count));
    }

    // ---- after a reload

    async bring() {
        const names = ["picture", "draft", "settings", "mask", "joints", "results", "files"];
        const [picture, draft, settings, mask, joints, results, files] = this.on ? await Promise.all(names.map((name) => this.get(name))) : [];
        const path = async (file) => file ? (await upload(file)).path : null;
        try {
            if (picture || settings)
                trigger("bring", {picture: await path(picture), draft: await path(draft), settings, mask, joints});
            if (results?.length) {
                const paths = {};
                for (const [name, file] of files) paths[name] = await path(file);
                trigger("show", {results, paths});
            }
        } catch { /* the server does not take it: the page begins empty */ }
        if (!picture && !settings) this.bringing = false;
    }
}

const keeper = window.ccKeeper = new Keeper();
watch("value", () => { if (props.value?.kind) keeper.hear(props.value).catch(() => {}); });
keeper.bring();
