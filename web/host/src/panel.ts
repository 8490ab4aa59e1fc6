/**
 * Shows the windows of programs: what `run` takes as `windows`. It is apart from the rest, since most programs have none.
 *
 * @packageDocumentation
 */
export { WindowPanel, type WindowPanelOptions } from "./windows/page/panel.js";
