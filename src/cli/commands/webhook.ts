import type { AutomationModels } from '@azure/arm-automation'
import { Command, Option } from 'commander'
import { bodyOf, checkName, readList } from '../api-client.ts'
import { checkMandatory } from '../check-mandatory.ts'
import { type CommandContext, onAccount, type Session, show } from '../command-context.ts'
import { addDelete } from '../delete-command.ts'
import { type ParameterOptions, readParameters, withParameters } from '../parameters.ts'
import { type ProtectionOptions, protectionTexts, readProtections, removableMembers, withProtections } from '../protection-options.ts'
import { send } from '../server-request.ts'
import { limitOption, showList } from '../show-list.ts'
import { type Column, facts, parameterFacts } from '../table.ts'
import { readDuration, readInstant } from '../time-argument.ts'
import { localTime, localTimeFromNow } from '../time-text.ts'
import { UsageError } from '../usage-error.ts'
import { waitingTexts } from '../waiting-options.ts'
import { addDeliveries } from './webhook-deliveries.ts'

/** A webhook as it comes: the client knows nothing of what is beyond Azure. */
type WebhookBody = {
	name: string
	properties: {
		isEnabled: boolean
		uri?: string | null
		expiryTime: string
		lastInvokedTime: string | null
		creationTime: string
		description: string | null
		parameters: Record<string, string> | null
		runbook: { name: string }
		origin?: string
		isUnused?: boolean
	}
}
type CreateOptions = ParameterOptions & ProtectionOptions & { runbook: string; expires: string; disabled?: boolean; withoutToken?: boolean }
type ProtectOptions = ProtectionOptions & { remove?: string[] }

/** `runhook webhook …` */
export function webhookCommand(context: CommandContext): Command {
	const group = new Command('webhook').description('URLs that start a runbook when they are called')
	withProtections(withParameters(group.command('create <name>')))
		.description('create a webhook; its URL is shown this once')
		.requiredOption('--runbook <name>', 'the runbook that it starts')
		.requiredOption('--expires <when>', 'a duration (30d, 12h) or a date (2027-01-31, 2027-01-31T18:00:00Z)')
		.option('--disabled', 'create it disabled')
		.option('--without-token', 'it is called by its name, and the signature or the token of Entra ID alone lets a call in')
		.action(onAccount<CreateOptions>(context, createWebhook))
	group
		.command('list')
		.description('list webhooks')
		.option('--runbook <name>', 'those of one runbook')
		.addOption(limitOption())
		.action(onAccount<{ runbook?: string; limit: number }, []>(context, listWebhooks))
	group
		.command('show <name>')
		.description('show a webhook')
		.action(
			onAccount(context, async (session, [name]) => {
				const webhook = await session.account.client.webhook.get(...session.account.names, checkName(name))
				showWebhook(session, webhook)
				return undefined
			}),
		)
	for (const isEnabled of [true, false])
		group
			.command(`${isEnabled ? 'enable' : 'disable'} <name>`)
			.description(isEnabled ? 'let a webhook be called again' : 'let calls of a webhook be refused')
			.action(onAccount(context, (session, [name]) => enableWebhook(session, name, isEnabled)))
	withProtections(group.command('protect <name>'))
		.description('change what guards a webhook beside its token, and how its jobs wait')
		.addOption(new Option('--remove <protection...>', 'take protections away').choices(removableMembers))
		.action(onAccount<ProtectOptions>(context, protectWebhook))
	addDeliveries(group, context)
	group
		.command('replace <name>')
		.description('give a webhook a new URL and expiry; the old URL works for some time still')
		.requiredOption('--expires <when>', 'of the new URL: a duration (30d, 12h) or a date (2027-01-31, 2027-01-31T18:00:00Z)')
		.option('--overlap <duration>', 'how long the old URL works still (a day unless given; 0s: not at all)')
		.action(onAccount<{ expires: string; overlap?: string }>(context, replaceWebhook))
	addDelete(group, context, {
		what: 'webhook',
		consequence: 'its URL works no longer',
		act: ({ client, names }, name) => client.webhook.deleteMethod(...names, name),
	})
	return group
}

async function createWebhook(session: Session, [name]: [string], options: CreateOptions): Promise<undefined> {
	checkName(name)
	const protections = { ...readProtections(options), ...(options.withoutToken ? { isTokenRequired: false } : {}) }
	const isProtected = Object.keys(protections).length > 0
	if (session.account.isAzure && isProtected) throw new UsageError('Azure has nothing that guards a webhook but its URL.')
	const body = isProtected ? await createProtected(session, name, { options, protections }) : await createPlain(session, name, options)
	show(session, body, () => webhookText(session, body))
	if (!body.properties.uri) session.terminal.note(`Webhook '${name}' was there already, just so: its URL was shown when it was created.`)
	return undefined
}

/** By a request of its own: the client leaves out what Azure does not know. */
async function createProtected(
	session: Session,
	name: string,
	{ options, protections }: { options: CreateOptions; protections: object },
): Promise<WebhookBody> {
	const parameters = readParameters(options)
	const properties = {
		isEnabled: !options.disabled,
		expiryTime: readExpiry(options.expires, session).toISOString(),
		runbook: { name: options.runbook },
		...(parameters ? { parameters } : {}),
		...protections,
	}
	const path = `/webhooks/${encodeURIComponent(name)}`
	return (await send(session.account, { method: 'PUT', path, body: { name, properties } })) as WebhookBody
}

async function createPlain(session: Session, name: string, options: CreateOptions): Promise<WebhookBody> {
	const { account } = session
	const { webhook } = account.client
	const parameters = readParameters(options)
	const expiryTime = readExpiry(options.expires, session)
	let uri: string | undefined
	if (account.isAzure) {
		// Azure looks at the values only when the runbook runs; and it issues URLs beforehand.
		await checkMandatory(account, options.runbook, parameters ?? {}, { fromWebhook: true })
		uri = (await webhook.generateUri(...account.names)).body
	}
	const created = await webhook.createOrUpdate(...account.names, name, {
		name,
		isEnabled: !options.disabled,
		expiryTime,
		runbook: { name: options.runbook },
		...(parameters ? { parameters } : {}),
		...(uri ? { uri } : {}),
	})
	const body = bodyOf(created) as WebhookBody
	// The one time it can be had: what the API left out because it was sent is put in its place.
	if (!body.properties.uri && uri && created._response.status === 201) body.properties.uri = uri
	return body
}

async function protectWebhook(session: Session, [name]: [string], { remove = [], ...options }: ProtectOptions): Promise<undefined> {
	if (session.account.isAzure) throw new UsageError('Azure has nothing that guards a webhook but its URL.')
	const given = readProtections(options)
	const both = remove.find((protection) => protection in given)
	if (both !== undefined) throw new UsageError(`${both} cannot be set and removed at once.`)
	const properties = { ...given, ...Object.fromEntries(remove.map((protection) => [protection, null])) }
	if (Object.keys(properties).length === 0) throw new UsageError('Say what is to guard it, or --remove.')
	const path = `/webhooks/${encodeURIComponent(checkName(name))}`
	const body = (await send(session.account, { method: 'PATCH', path, body: { name, properties } })) as WebhookBody
	show(session, body, () => webhookText(session, body))
	return undefined
}

async function listWebhooks(session: Session, _args: [], { runbook, limit }: { runbook?: string; limit: number }): Promise<undefined> {
	const { account, now } = session
	const filter = runbook === undefined ? {} : { filter: `properties/runbook/name eq '${runbook.replaceAll("'", "''")}'` }
	const list = await readList(account, limit, {
		first: () => account.client.webhook.listByAutomationAccount(...account.names, filter),
		next: (link) => account.client.webhook.listByAutomationAccountNext(link),
	})
	const columns: Column<WebhookBody>[] = [
		{ heading: 'name', text: ({ name }) => name },
		{ heading: 'runbook', text: ({ properties }) => properties.runbook?.name ?? '' },
		{
			heading: 'state',
			text: (webhook) => stateOf(webhook, now),
			format: (webhook) => (stateOf(webhook, now) === 'enabled' ? 'green' : 'yellow'),
		},
		{ heading: 'expires', text: ({ properties }) => localTimeFromNow(timeIn(properties.expiryTime), now) },
		{ heading: 'last called', text: ({ properties }) => localTime(timeIn(properties.lastInvokedTime)) },
	]
	const { bodies, more } = list
	showList(session, { items: bodies as WebhookBody[], bodies, more }, { columns, empty: 'There are no webhooks.' })
	return undefined
}

async function enableWebhook(session: Session, name: string, isEnabled: boolean): Promise<undefined> {
	const { client, names } = session.account
	const webhook = await client.webhook.update(...names, checkName(name), { name, isEnabled })
	showWebhook(session, webhook)
	return undefined
}

type Replaced = { properties: { uri: string; overlapEndTime?: string | null; expiryTime: string } }

async function replaceWebhook(session: Session, [name]: [string], options: { expires: string; overlap?: string }): Promise<undefined> {
	const { account, terminal } = session
	if (account.isAzure)
		throw new UsageError('Azure has no such operation.', 'Create another webhook, and delete this one when nobody calls it any more.')
	const expiryTime = readExpiry(options.expires, session).toISOString()
	const overlap = options.overlap === undefined ? {} : { overlapSeconds: readDuration(options.overlap, '--overlap') }
	const path = `/webhooks/${encodeURIComponent(checkName(name))}/replace`
	const body = (await send(account, { method: 'POST', path, body: { properties: { expiryTime, ...overlap } } })) as Replaced
	const { uri, overlapEndTime } = body.properties
	show(session, body, () =>
		facts(terminal, [
			['Name', name],
			['Expires', localTimeFromNow(new Date(body.properties.expiryTime), session.now)],
			['Old URL until', overlapEndTime ? localTimeFromNow(new Date(overlapEndTime), session.now) : undefined],
			['New URL', uri],
			['', urlNote],
		]),
	)
	return undefined
}

function readExpiry(text: string, { now }: Session): Date {
	const expiryTime = readInstant(text, '--expires', { now, direction: 1 })
	if (expiryTime.getTime() <= now) throw new UsageError(`--expires ${text} has passed.`)
	return expiryTime
}

function stateOf({ properties: { isEnabled, expiryTime, isUnused } }: WebhookBody, now: number): string {
	if (Date.parse(expiryTime) <= now) return 'expired'
	if (!isEnabled) return 'disabled'
	return isUnused ? 'enabled, unused' : 'enabled'
}

function timeIn(text: string | null | undefined): Date | null {
	return text ? new Date(text) : null
}

const urlNote = 'It is shown this once, and whoever has it can start the runbook: keep it as a secret.'

function showWebhook(session: Session, webhook: AutomationModels.WebhookGetResponse | AutomationModels.WebhookUpdateResponse): void {
	const body = bodyOf(webhook) as WebhookBody
	show(session, body, () => webhookText(session, body))
}

function webhookText({ terminal, now }: Session, body: WebhookBody): string {
	const { name, properties } = body
	const { runbook, expiryTime, lastInvokedTime, creationTime, description, origin, parameters, uri } = properties
	return facts(terminal, [
		['Name', name],
		['Runbook', runbook?.name],
		['State', stateOf(body, now)],
		['Expires', localTimeFromNow(timeIn(expiryTime), now)],
		['Last called', localTimeFromNow(timeIn(lastInvokedTime), now)],
		['Created', localTime(timeIn(creationTime))],
		['Description', description],
		['Declared in', origin === 'file' ? 'webhooks.json' : undefined],
		...parameterFacts(parameters),
		...protectionTexts(properties).map((text, index) => [index === 0 ? 'Guarded by' : '', text] as const),
		...waitingTexts(properties).map((text, index) => [index === 0 ? 'Jobs' : '', text] as const),
		['URL', uri],
		['', uri && urlNote],
	])
}
