import { createInterface } from 'node:readline'
import { SECRET_INPUT_LENGTH_MAX } from './limits.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** Asks a person for a yes; anything else, and the end of the input, is a no. */
export function askYes({ stdin, stderr }: Terminal, question: string): Promise<boolean> {
	// Not as a terminal: Ctrl+C then ends the command as anywhere else.
	const lines = createInterface({ input: stdin, output: stderr as NodeJS.WriteStream, terminal: false })
	return new Promise((resolve) => {
		lines.once('close', () => resolve(false))
		lines.question(`${question} [y/N] `, (answer) => {
			resolve(/^y(es)?$/i.test(answer.trim()))
			lines.close()
		})
	})
}

/** Asks a person for a secret, which is not shown while it is typed. Resolves with undefined on Ctrl+C and Ctrl+D. */
function askHidden({ stdin, stderr }: Terminal, question: string): Promise<string | undefined> {
	stderr.write(question)
	stdin.setRawMode(true)
	stdin.setEncoding('utf8')
	return new Promise((resolve) => {
		let text = ''
		const end = (answer: string | undefined) => {
			stdin.off('data', take)
			stdin.setRawMode(false)
			stdin.pause()
			stderr.write('\n')
			resolve(answer)
		}
		const take = (chunk: string) => {
			for (const character of chunk) {
				if (character === '\r' || character === '\n') return end(text)
				if (character === '\u0003' || character === '\u0004') return end(undefined)
				if (character === '\u007f' || character === '\b') text = text.slice(0, -1)
				else if (text.length < SECRET_INPUT_LENGTH_MAX) text += character
			}
		}
		stdin.on('data', take)
		stdin.resume()
	})
}

/**
 * A secret that a person types, or a program hands over on standard input. undefined when the person gives up. Throws a UsageError, also when
 * nothing comes: of a program that failed that is more likely than an empty secret.
 */
export async function readSecret(terminal: Terminal, question: string): Promise<string | undefined> {
	const secret = await (terminal.stdin.isTTY ? askHidden(terminal, question) : readInput(terminal))
	if (secret === '') throw new UsageError(terminal.stdin.isTTY ? 'Nothing was typed.' : 'Nothing came on standard input.')
	return secret
}

/** Reads what a program hands over on standard input, the end of its last line left out. Throws a UsageError when it is far too long. */
async function readInput({ stdin }: Terminal): Promise<string> {
	let text = ''
	stdin.setEncoding('utf8')
	for await (const chunk of stdin) {
		text += chunk
		if (text.length > SECRET_INPUT_LENGTH_MAX)
			throw new UsageError(`What came on standard input is longer than ${SECRET_INPUT_LENGTH_MAX} characters.`)
	}
	return text.replace(/\r?\n$/, '')
}
