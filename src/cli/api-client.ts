import { AutomationClient } from '@azure/arm-automation'
import { type Connection, isLoopback } from './connection.ts'
import { AZURE_TOKEN_TIME_LEFT, PAGES_MAX, REQUEST_TIME_MAX } from './limits.ts'
import { ServerError } from './server-error.ts'
import { UsageError } from './usage-error.ts'

/** An Automation account: a runner's, or a real one of Azure. The same calls serve both. */
export type Account = {
	client: AutomationClient
	/** Its resource group and its name: the first two arguments of every call. */
	names: readonly [resourceGroup: string, account: string]
	/** Its URL, without a trailing slash. */
	url: string
	endpoint: string
	isAzure: boolean
}

type Credential = ConstructorParameters<typeof AutomationClient>[0]

/** Makes the client of an account; nothing is sent yet. Throws a UsageError when there is no token for it. */
export async function openAccount(connection: Connection): Promise<Account> {
	const { endpoint, isAzure, subscriptionId, resourceGroup, account } = connection
	const credential = isAzure ? await azureCredential() : tokenCredential(connection)
	const client = new AutomationClient(credential, subscriptionId, 'status', {
		baseUri: endpoint,
		noRetryPolicy: true,
		longRunningOperationRetryTimeout: 0,
		// The client would send the token along, wherever it is sent to.
		redirectOptions: { handleRedirects: false, maxRetries: 0 },
		requestPolicyFactories: (defaults) => [...defaults, lastPolicy(endpoint)],
	})
	const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Automation/automationAccounts/${account}`
	return { client, names: [resourceGroup, account], url: endpoint + path, endpoint, isAzure }
}

type PolicyFactory = Extract<
	NonNullable<ConstructorParameters<typeof AutomationClient>[3]>['requestPolicyFactories'],
	readonly unknown[]
>[number]

/** What holds for every request, right before it is sent. */
function lastPolicy(endpoint: string): PolicyFactory {
	return {
		create: (next) => ({
			async sendRequest(request) {
				// Its own `timeout` keeps the process alive after the answer.
				request.abortSignal ??= AbortSignal.timeout(REQUEST_TIME_MAX) as NonNullable<typeof request.abortSignal> & AbortSignal
				// A proxy is set for other machines.
				if (isLoopback(endpoint)) delete request.proxySettings
				const response = await next.sendRequest(request)
				// The client takes such an answer for an empty one, or stumbles over it.
				if (response.status < 300 && response.bodyAsText && !/json/i.test(response.headers.get('content-type') ?? 'json')) throw noAccount()
				return response
			},
		}),
	}
}

function tokenCredential({ endpoint, token }: Connection): Credential {
	if (token === undefined)
		throw new UsageError(`There is no token for ${endpoint}.`, `Log in with 'runhook login --endpoint ${endpoint}', or set RUNHOOK_TOKEN.`)
	return { getToken: async () => ({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) }
}

/** Loaded only where it is needed: it takes longer than all the rest. The client asks for a token before every request, and some come from a program. */
async function azureCredential(): Promise<Credential> {
	const { DefaultAzureCredential } = await import('@azure/identity')
	const credential = new DefaultAzureCredential()
	let kept: Awaited<ReturnType<typeof credential.getToken>> | undefined
	return {
		async getToken(scopes: string | string[]) {
			if (!kept || kept.expiresOnTimestamp - Date.now() < AZURE_TOKEN_TIME_LEFT) kept = await credential.getToken(scopes)
			return kept
		},
	}
}

/** A name as the client puts it into a path. Throws a UsageError for one that would change the path: it lets `..` through. */
export function checkName(name: string): string {
	if (/^\.{0,2}$/.test(name)) throw new UsageError(`'${name}' cannot be a name.`)
	return name
}

type Answered = { _response: { bodyAsText: string } }

/** What the API answered, as it came: the client renames and drops members. Throws a ServerError for what is no object. */
export function bodyOf({ _response }: Answered): object {
	try {
		const body: unknown = JSON.parse(_response.bodyAsText)
		if (typeof body === 'object' && body !== null) return body
	} catch {
		// It is empty.
	}
	throw noAccount()
}

function noAccount(): ServerError {
	return new ServerError(502, { message: 'What answers there is no Automation account.' })
}

type Page<Item> = Item[] & { nextLink?: string } & Answered

/**
 * Reads a list, page by page, until `limit` entries or its end: the client's objects and what the API answered, and whether there are more.
 * Links lead to the account's own endpoint, whatever origin they name, because the token goes with them.
 */
export async function readList<Item>(
	account: Account,
	limit: number,
	{ first, next }: { first: () => Promise<Page<Item>>; next: (link: string) => Promise<Page<Item>> },
): Promise<{ items: Item[]; bodies: unknown[]; more: boolean }> {
	const items: Item[] = []
	const bodies: unknown[] = []
	let page = await first()
	for (let pages = 1; ; pages++) {
		bodies.push(...((bodyOf(page) as { value?: unknown[] }).value ?? []))
		items.push(...page)
		if (!page.nextLink || items.length >= limit || pages >= PAGES_MAX) break
		page = await next(ownLink(account, page.nextLink))
	}
	return { items: items.slice(0, limit), bodies: bodies.slice(0, limit), more: items.length > limit || Boolean(page.nextLink) }
}

function ownLink({ endpoint }: Account, link: string): string {
	const { pathname, search } = new URL(link, endpoint)
	const at = pathname.search(/\/subscriptions\//i)
	return endpoint + (at < 0 ? pathname : pathname.slice(at)) + search
}
