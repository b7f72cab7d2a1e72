import { ProgressBar } from './progress-bar.ts'
import type { Progress } from './progress-line.ts'
import { type StreamRecord, textOf } from './stream-record.ts'
import { type Format, harmless, type OutputMode, type Terminal } from './terminal.ts'

const formats: Record<string, Format> = { Warning: 'yellow', Error: 'red', Verbose: 'dim', Debug: 'dim', Progress: 'dim' }

/**
 * Shows records as they come: for programs each as one line of JSON, for people as PowerShell shows its streams. Progress becomes a bar on the
 * last line of a terminal, and lines of text elsewhere.
 */
export class RecordPrinter {
	readonly #terminal: Terminal
	readonly #mode: OutputMode
	readonly #bar: ProgressBar

	constructor(terminal: Terminal, mode: OutputMode) {
		this.#terminal = terminal
		this.#mode = mode
		this.#bar = new ProgressBar(terminal)
	}

	record(record: StreamRecord): void {
		if (this.#mode === 'json') this.#terminal.print(JSON.stringify(record))
		else if (record.properties.streamType === 'Progress' && this.#terminal.canDraw) this.#bar.draw(progressOf(record))
		else this.#printText(record.properties.streamType, harmless(textOf(record)))
	}

	#printText(streamType: string, text: string): void {
		this.#bar.clear()
		this.#terminal.print(
			streamType === 'Output' ? text : this.#terminal.paint(formats[streamType] ?? 'dim', `${streamType.toUpperCase()}: ${text}`),
		)
		this.#bar.redraw()
	}

	/** Nothing more comes. */
	end(): void {
		this.#bar.end()
	}
}

/** A runner keeps the record's members; of Azure's own there is the text alone. */
function progressOf(record: StreamRecord): Progress {
	const { value } = (record.properties.value ?? {}) as { value?: Partial<Progress> }
	return typeof value?.activity === 'string' ? (value as Progress) : { activity: textOf(record) }
}
