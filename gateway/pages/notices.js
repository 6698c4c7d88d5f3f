// Notices: what is about to be paid to whom, until when one may object, and how.

import { begin } from "/pages/shell.js";
import { el, fill } from "/pages/dom.js";

const { main } = await begin({ open: true });
fill(main, el("h1", {}, "公示"));
