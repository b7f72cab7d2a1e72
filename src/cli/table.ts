import { CELL_LENGTH_MAX } from './limits.ts'
import { type Format, harmless, type Terminal } from './terminal.ts'

/** A column: its heading, the text of a row, and the colour of that text. */
export type Column<Row> = { heading: string; text: (row: Row) => string; format?: (row: Row) => Format | undefined }

const gap = '  '

/** Rows under headings, each on one line. */
export function table<Row>(terminal: Terminal, rows: readonly Row[], columns: readonly Column<Row>[]): string {
	const cells = rows.map((row) => columns.map(({ text }) => oneLine(text(row))))
	const widths = columns.map(({ heading }, index) => Math.max(heading.length, ...cells.map((row) => row[index]!.length)))
	// The last column has no end to be seen.
	const padded = (text: string, index: number) => (index === columns.length - 1 ? text : text.padEnd(widths[index]!))
	const head = columns.map(({ heading }, index) => padded(heading.toUpperCase(), index)).join(gap)
	const body = cells.map((row, at) =>
		row
			.map((text, index) => {
				const format = columns[index]!.format?.(rows[at]!)
				return format ? terminal.paint(format, padded(text, index)) : padded(text, index)
			})
			.join(gap),
	)
	return [terminal.paint('dim', head.trimEnd()), ...body.map((line) => line.trimEnd())].join('\n')
}

/** What is known of one thing: a name, a text (none: the fact is left out), and the colour of the text. */
export type Fact = readonly [name: string, text: string | null | undefined, format?: Format | undefined]

/** One thing, a fact a line; further lines of a text stand below its first. */
export function facts(terminal: Terminal, entries: readonly Fact[]): string {
	const known = entries.filter(([, text]) => text)
	const width = Math.max(...known.map(([name]) => name.length))
	return known
		.map(([name, text, format]) => {
			const lines = harmless(text!).split('\n')
			const shown = lines.map((line) => (format ? terminal.paint(format, line) : line)).join(`\n${' '.repeat(width)}${gap}`)
			return `${terminal.paint('dim', name.padEnd(width))}${gap}${shown}`
		})
		.join('\n')
}

/** The values that something is given, as facts of which only the first has a name. */
export function parameterFacts(parameters: Record<string, string> | null | undefined): Fact[] {
	return Object.entries(parameters ?? {}).map(([name, value], index) => [index === 0 ? 'Parameters' : '', `${name} = ${value}`])
}

function oneLine(text: string): string {
	const line = harmless(text).replace(/\s+/g, ' ').trim()
	return line.length > CELL_LENGTH_MAX ? `${line.slice(0, CELL_LENGTH_MAX - 1)}…` : line
}
