import type { Login } from './login-file.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** The options that every command takes. */
export type ConnectionOptions = {
	endpoint?: string
	azure?: boolean
	subscription?: string
	resourceGroup?: string
	account?: string
}

/** Which account is meant, and how to be let in. */
export type Connection = {
	/** Without a trailing slash. */
	endpoint: string
	/** A real Automation account: signed in with an Azure identity, never with a token of ours. */
	isAzure: boolean
	token: string | undefined
	subscriptionId: string
	resourceGroup: string
	account: string
}

const azureEndpoint = 'https://management.azure.com'
/** Where Azure Resource Manager is: the public cloud, that of the US government, and that of China. */
const azureHosts = ['management.azure.com', 'management.usgovcloudapi.net', 'management.chinacloudapi.cn']
const defaultEndpoint = 'http://127.0.0.1:8080'
/** Names of a runner's account, unless its operator chose others. */
const runnerNames = { subscriptionId: '00000000-0000-0000-0000-000000000000', resourceGroup: 'runhook', account: 'runhook' }

/**
 * Options win over the environment, which wins over what `login` kept. A kept token and kept names are used only for the endpoint that they
 * were kept with: a token must not travel to another server. Throws a UsageError that names what is missing or malformed.
 */
export function resolveConnection(options: ConnectionOptions, environment: NodeJS.ProcessEnv, login: Login | undefined): Connection {
	const asked = options.endpoint ?? (environment.RUNHOOK_ENDPOINT || undefined) ?? (options.azure ? azureEndpoint : undefined)
	const endpoint = readEndpoint(asked ?? login?.endpoint ?? defaultEndpoint)
	const kept = login?.endpoint === endpoint ? login : undefined
	const isAzure = options.azure ?? kept?.azure ?? azureHosts.includes(new URL(endpoint).hostname)
	const names = {
		subscriptionId: options.subscription ?? (environment.RUNHOOK_SUBSCRIPTION_ID || undefined) ?? kept?.subscriptionId,
		resourceGroup: options.resourceGroup ?? (environment.RUNHOOK_RESOURCE_GROUP || undefined) ?? kept?.resourceGroup,
		account: options.account ?? (environment.RUNHOOK_ACCOUNT || undefined) ?? kept?.account,
	}
	if (isAzure) checkNamed(names)
	const { subscriptionId, resourceGroup, account } = { ...runnerNames, ...definedOnly(names) }
	if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subscriptionId))
		throw new UsageError(`The subscription '${subscriptionId}' is no GUID.`)
	for (const [what, name] of [['resource group', resourceGroup] as const, ['account', account] as const])
		if (!/^[-\w.]{1,90}$/.test(name) || /^\.+$/.test(name)) throw new UsageError(`'${name}' cannot be the name of a ${what}.`)
	const token = isAzure ? undefined : readToken((environment.RUNHOOK_TOKEN || undefined) ?? kept?.token)
	return { endpoint, isAzure, token, subscriptionId, resourceGroup, account }
}

/** Whether it is on this machine. */
export function isLoopback(endpoint: string): boolean {
	return /^(127(\.\d+){3}|\[::1\]|localhost|.*\.localhost)$/.test(new URL(endpoint).hostname)
}

/** Says so where what is sent, the token too, can be read on the way. */
export function warnIfReadable(endpoint: string, terminal: Terminal): void {
	if (endpoint.startsWith('http:') && !isLoopback(endpoint))
		terminal.note(`${terminal.paintNote('yellow', 'Warning:')} ${endpoint} is plain http: the token can be read on the way.`)
}

/** The token, if it can stand in a header. Throws a UsageError that does not show it. */
export function readToken(token: string | undefined): string | undefined {
	if (token !== undefined && !/^[\x21-\x7e]{1,4096}$/.test(token))
		throw new UsageError('The token has characters that no token has: it must be visible ASCII without blanks.')
	return token
}

function readEndpoint(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined
	if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
		throw new UsageError(`The endpoint '${text}' must be an http or https URL without user, query and fragment.`)
	return url.href.replace(/\/+$/, '')
}

function checkNamed({ subscriptionId, resourceGroup, account }: Record<keyof typeof runnerNames, string | undefined>): void {
	const missing = [
		subscriptionId === undefined ? '--subscription' : '',
		resourceGroup === undefined ? '--resource-group' : '',
		account === undefined ? '--account' : '',
	].filter(Boolean)
	if (missing.length > 0)
		throw new UsageError(
			`An Automation account of Azure has to be named: ${missing.join(', ')}.`,
			'RUNHOOK_SUBSCRIPTION_ID, RUNHOOK_RESOURCE_GROUP and RUNHOOK_ACCOUNT name it too, and login keeps it.',
		)
}

function definedOnly<Member extends object>(object: Member): Partial<{ [Name in keyof Member]: NonNullable<Member[Name]> }> {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never
}
