import { Command } from 'commander'
import { bodyOf, openAccount } from '../api-client.ts'
import type { CommandContext, GlobalOptions } from '../command-context.ts'
import { type Connection, readToken, resolveConnection, warnIfReadable } from '../connection.ts'
import { exitCodes } from '../failure.ts'
import { readLogin, writeLogin } from '../login-file.ts'
import { readSecret } from '../prompt.ts'
import { UsageError } from '../usage-error.ts'

/** `runhook login` */
export function loginCommand(context: CommandContext): Command {
	return new Command('login')
		.description('keep endpoint and token for this user; the token is asked for, or read from standard input')
		.action(async (_options: unknown, command: Command) => {
			process.exitCode = await login(context, command.optsWithGlobals() as GlobalOptions)
		})
}

async function login({ terminal, environment, about }: CommandContext, options: GlobalOptions): Promise<number> {
	// The kept token is about to be replaced: it must not be needed, nor used.
	const kept = readableLogin(environment)
	const connection: Connection = { ...resolveConnection(options, { ...environment, RUNHOOK_TOKEN: '' }, kept), token: undefined }
	const { endpoint, isAzure, subscriptionId, resourceGroup, account: name } = connection
	Object.assign(about, { endpoint, isAzure })
	warnIfReadable(endpoint, terminal)
	if (!isAzure) {
		const token = await readSecret(terminal, `Management token of ${endpoint}: `)
		if (token === undefined) return exitCodes.interrupted
		if (token.trim() === '') throw new UsageError('No token was given.', 'For example: runhook login < token.txt')
		connection.token = readToken(token.trim())
	}
	await check(connection)
	const token = connection.token === undefined ? {} : { token: connection.token }
	const file = writeLogin(environment, { endpoint, azure: isAzure, ...token, subscriptionId, resourceGroup, account: name })
	terminal.note(`Logged in to ${endpoint}, account '${name}'. Kept in ${file}.`)
	return exitCodes.done
}

/** Asks for the account. Throws when the server cannot be reached, does not take the token, or has no such account. */
async function check(connection: Connection): Promise<void> {
	const account = await openAccount(connection)
	const body = (await account.client.automationAccount
		.get(...account.names)
		.then(bodyOf, (error: { code?: string; body?: { code?: string } }) => {
			// A token whose role lets it start jobs, and not look at the account, is a good one.
			if ((error.code ?? error.body?.code) === 'AuthorizationFailed') return { name: account.names[1] }
			throw error
		})) as { name?: unknown }
	if (typeof body?.name !== 'string') throw new UsageError(`${account.endpoint} does not answer as an Automation account does.`)
}

function readableLogin(environment: NodeJS.ProcessEnv) {
	try {
		return readLogin(environment)
	} catch {
		return undefined
	}
}
