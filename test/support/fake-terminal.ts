import { PassThrough } from 'node:stream'
import { Terminal } from '../../src/cli/terminal.ts'

/** A terminal whose screen can be read: both outputs of one width, or pipes. */
export type FakeTerminal = Terminal & {
	/** What was written to standard output, and to standard error. */
	out: () => string
	err: () => string
	keys: PassThrough & { isRaw: boolean }
}

export function fakeTerminal(
	{ isTTY, columns = 80 }: { isTTY: boolean; columns?: number },
	environment: NodeJS.ProcessEnv = {},
): FakeTerminal {
	const written = { out: '', err: '' }
	const output = (name: 'out' | 'err') => ({
		isTTY,
		columns,
		write(text: string) {
			written[name] += text
			return true
		},
	})
	const keys = Object.assign(new PassThrough(), {
		isTTY,
		isRaw: false,
		setRawMode(on: boolean) {
			keys.isRaw = on
			return keys
		},
	})
	const terminal = new Terminal({
		stdin: keys as unknown as NodeJS.ReadStream,
		stdout: output('out') as never,
		stderr: output('err') as never,
		environment,
	})
	return Object.assign(terminal, { out: () => written.out, err: () => written.err, keys })
}
