import { Command } from 'commander'
import { checkName } from '../api-client.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { addDelete } from '../delete-command.ts'
import { readOwnList, send } from '../server-request.ts'
import { limitOption, showList } from '../show-list.ts'
import { type Column, facts } from '../table.ts'
import { readInstant } from '../time-argument.ts'
import { localTime, localTimeFromNow } from '../time-text.ts'
import { UsageError } from '../usage-error.ts'

type AccessToken = {
	name: string
	properties: {
		role: string
		isEnabled: boolean
		expiryTime: string
		creationTime: string
		createdBy: string
		lastUsedTime: string | null
		description: string | null
		token?: string
	}
}
type CreateOptions = { role: string; expires: string; description?: string }

/** `runhook token …` */
export function tokenCommand(context: CommandContext): Command {
	const group = new Command('token').description('tokens that manage the account within a role')
	group
		.command('create <name>')
		.description('make an access token; it is shown this once')
		.requiredOption('--role <role>', 'Reader, Runbook Operator, Job Operator, Operator or Contributor')
		.requiredOption('--expires <when>', 'a duration (90d, 12h) or a date (2027-01-31, 2027-01-31T18:00:00Z)')
		.option('--description <text>', 'what it is for')
		.action(onAccount<CreateOptions>(context, createToken))
	group
		.command('list')
		.description('list access tokens')
		.addOption(limitOption())
		.action(onAccount<{ limit: number }, []>(context, listTokens))
	for (const isEnabled of [true, false])
		group
			.command(`${isEnabled ? 'enable' : 'disable'} <name>`)
			.description(isEnabled ? 'take an access token again' : 'refuse an access token until it is enabled again')
			.action(
				onAccount(context, async (session, [name]) => {
					notOfAzure(session)
					const body = { properties: { isEnabled } }
					const token = (await send(session.account, { method: 'PATCH', path: pathOf(name), body })) as AccessToken
					show(session, token, () => tokenText(session, token))
					return undefined
				}),
			)
	addDelete(group, context, {
		what: 'token',
		consequence: 'whoever uses it is refused',
		act: (account, name) => send(account, { method: 'DELETE', path: pathOf(name) }),
	})
	return group
}

async function createToken(session: Session, [name]: [string], { role, expires, description }: CreateOptions): Promise<undefined> {
	notOfAzure(session)
	const expiryTime = readInstant(expires, '--expires', { now: session.now, direction: 1 }).toISOString()
	const body = { properties: { role, expiryTime, ...(description === undefined ? {} : { description }) } }
	const token = (await send(session.account, { method: 'PUT', path: pathOf(name), body })) as AccessToken
	show(session, token, () => tokenText(session, token))
	return undefined
}

async function listTokens(session: Session, _args: [], { limit }: { limit: number }): Promise<undefined> {
	notOfAzure(session)
	const list = await readOwnList<AccessToken>(session.account, limit, { path: '/accessTokens' })
	const { now } = session
	const columns: Column<AccessToken>[] = [
		{ heading: 'name', text: ({ name }) => name },
		{ heading: 'role', text: ({ properties }) => properties.role },
		{
			heading: 'state',
			text: (token) => stateOf(token, now),
			format: (token) => (stateOf(token, now) === 'enabled' ? 'green' : 'yellow'),
		},
		{ heading: 'expires', text: ({ properties }) => localTimeFromNow(new Date(properties.expiryTime), now) },
		{ heading: 'last used', text: ({ properties }) => localTime(timeOf(properties.lastUsedTime)) },
		{ heading: 'made by', text: ({ properties }) => properties.createdBy },
	]
	showList(session, list, { columns, empty: 'There are no access tokens.' })
	return undefined
}

function notOfAzure({ account }: Session): void {
	if (account.isAzure)
		throw new UsageError('Azure has role assignments in place of access tokens.', 'For example: az role assignment create')
}

function pathOf(name: string): string {
	return `/accessTokens/${encodeURIComponent(checkName(name))}`
}

function timeOf(text: string | null): Date | null {
	return text === null ? null : new Date(text)
}

function stateOf({ properties: { isEnabled, expiryTime } }: AccessToken, now: number): string {
	if (Date.parse(expiryTime) <= now) return 'expired'
	return isEnabled ? 'enabled' : 'disabled'
}

function tokenText({ terminal, now }: Session, token: AccessToken): string {
	const { role, expiryTime, lastUsedTime, description, token: text } = token.properties
	return facts(terminal, [
		['Name', token.name],
		['Role', role],
		['State', stateOf(token, now)],
		['Expires', localTimeFromNow(new Date(expiryTime), now)],
		['Last used', localTimeFromNow(timeOf(lastUsedTime), now)],
		['Description', description],
		['Token', text],
		['', text && 'It is shown this once, and whoever has it has its role: keep it as a secret.'],
	])
}
