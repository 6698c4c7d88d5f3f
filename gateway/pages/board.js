// The board: how far the city is with its plan.

import { begin } from "/pages/shell.js";
import { el, fill } from "/pages/dom.js";

const { main, me } = await begin();
fill(main, el("h1", {}, "看板"), el("p", {}, me.name));
