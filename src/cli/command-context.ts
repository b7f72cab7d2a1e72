import type { Command } from 'commander'
import { type Account, openAccount } from './api-client.ts'
import { type ConnectionOptions, resolveConnection, warnIfReadable } from './connection.ts'
import type { FailureContext } from './failure.ts'
import { readLogin } from './login-file.ts'
import type { OutputMode, Terminal } from './terminal.ts'

/** What every command is given by the process it runs in. */
export type CommandContext = {
	terminal: Terminal
	environment: NodeJS.ProcessEnv
	now: () => number
	/** Filled in as it becomes known, for the words of a failure. */
	about: FailureContext
}

export type GlobalOptions = ConnectionOptions & { output?: OutputMode }

/** A command that talks to an account. */
export type Session = { account: Account; terminal: Terminal; mode: OutputMode; now: number }

/** An action of commander that is given an account, its arguments and its options; what it resolves with becomes the exit code. */
export function onAccount<Options, Args extends unknown[] = [string]>(
	context: CommandContext,
	act: (session: Session, args: Args, options: Options & GlobalOptions) => Promise<number | undefined>,
): (...all: unknown[]) => Promise<void> {
	return async (...all) => {
		const command = all.at(-1) as Command
		const options = command.optsWithGlobals() as Options & GlobalOptions
		const { terminal } = context
		const session = {
			account: await connect(context, options),
			terminal,
			mode: terminal.modeOf(options.output),
			now: context.now(),
		}
		const exitCode = await act(session, command.processedArgs as Args, options)
		if (exitCode !== undefined) process.exitCode = exitCode
	}
}

/** The account that options, environment and login name. Throws a UsageError. */
async function connect(context: CommandContext, options: ConnectionOptions): Promise<Account> {
	const connection = resolveConnection(options, context.environment, readLogin(context.environment))
	const { endpoint, isAzure } = connection
	Object.assign(context.about, { endpoint, isAzure })
	warnIfReadable(endpoint, context.terminal)
	return openAccount(connection)
}

/** Prints a result: for programs what the API answered, for people a text. */
export function show({ terminal, mode }: Pick<Session, 'terminal' | 'mode'>, body: unknown, text: () => string): void {
	terminal.print(mode === 'json' ? JSON.stringify(body, null, 2) : text())
}
