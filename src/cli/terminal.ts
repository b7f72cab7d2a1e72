import { stripVTControlCharacters, styleText } from 'node:util'

export type Format = Parameters<typeof styleText>[0]
export type OutputMode = 'table' | 'json'

type Output = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number }
type Parts = { stdin: NodeJS.ReadStream; stdout: Output; stderr: Output; environment: NodeJS.ProcessEnv }

/** What the command was started on: a person's terminal, or pipes of a program. Results go to standard output, all else to standard error. */
export class Terminal {
	readonly stdin: NodeJS.ReadStream
	readonly stdout: Output
	readonly stderr: Output
	/** Whether a line that was written can be written over. */
	readonly canDraw: boolean
	readonly #plain: boolean

	constructor({ stdin, stdout, stderr, environment }: Parts) {
		this.stdin = stdin
		this.stdout = stdout
		this.stderr = stderr
		this.canDraw = stderr.isTTY === true && environment.TERM !== 'dumb'
		// https://no-color.org: present and not empty.
		this.#plain = Boolean(environment.NO_COLOR) || environment.TERM === 'dumb'
	}

	/** Whether somebody is there to be asked. */
	get canAsk(): boolean {
		return this.stdin.isTTY === true && this.stderr.isTTY === true
	}

	/** What is asked for, else a table where people read and JSON where programs do. */
	modeOf(asked: OutputMode | undefined): OutputMode {
		return asked ?? (this.stdout.isTTY ? 'table' : 'json')
	}

	/** A line of the result. */
	print(line: string): void {
		this.stdout.write(`${line}\n`)
	}

	/** A line for the person beside the result. */
	note(line: string): void {
		this.stderr.write(`${line}\n`)
	}

	/** Text of the result in colour, where there is a terminal. */
	paint(format: Format, text: string): string {
		return this.#styled(this.stdout, format, text)
	}

	/** Text of a note in colour, where there is a terminal. */
	paintNote(format: Format, text: string): string {
		return this.#styled(this.stderr, format, text)
	}

	#styled(output: Output, format: Format, text: string): string {
		return output.isTTY && !this.#plain ? styleText(format, text, { validateStream: false }) : text
	}
}

/** Text from elsewhere without what could move the cursor or change the terminal; lines and tabs stay. */
export function harmless(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
	return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
