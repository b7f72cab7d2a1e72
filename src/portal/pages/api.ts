import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Page } from './answers.ts'
import { apiRoot, RefusedError, refusalOf, UNREACHABLE, withSession } from './root.ts'
import { session, sessionEnded } from './session.ts'

type Asked = { method?: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'; body?: unknown; text?: string; signal?: AbortSignal }

/** After so long without a word a connection is taken for broken, milliseconds: the runner says every 15 s that it is there. */
const SILENCE_MAX = 40_000
/** Waits between two tries to follow, milliseconds. */
const FOLLOW_RETRY_TIMES = [500, 1_000, 2_000, 5_000, 15_000]

async function request(
	path: string,
	{ method = 'GET', body, text, signal }: Asked,
	headers: Record<string, string> = {},
): Promise<Response> {
	const content = body === undefined ? text : JSON.stringify(body)
	const response = await fetch(apiRoot + path, {
		method,
		headers: { ...withSession, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
		...(content === undefined ? {} : { body: content }),
		...(signal ? { signal } : {}),
	}).catch((cause) => {
		throw signal?.aborted ? cause : new RefusedError(0, UNREACHABLE)
	})
	if (response.status === 401) sessionEnded((await refusalOf(response.clone())).message)
	return response
}

/** Asks the management API, below the account. Throws a RefusedError. */
export async function ask<Answer = unknown>(path: string, asked: Asked = {}): Promise<Answer> {
	const response = await request(accountPath() + path, asked)
	if (!response.ok) throw await refusalOf(response)
	const text = await response.text()
	return (text === '' ? undefined : JSON.parse(text)) as Answer
}

/** The same for an answer that is text. */
export async function askText(path: string, asked: Asked = {}): Promise<string> {
	const response = await request(accountPath() + path, asked)
	if (!response.ok) throw await refusalOf(response)
	return response.text()
}

/** All entries of a list, up to `most`. */
export async function askAll<Item>(path: string, most = 1_000): Promise<Item[]> {
	const items: Item[] = []
	const start = path.includes('?') ? path.slice(0, path.indexOf('?')) : path
	for (let next: string | undefined = path; next !== undefined && items.length < most; ) {
		const page: Page<Item> = await ask<Page<Item>>(next)
		items.push(...page.value)
		next = page.nextLink === undefined ? undefined : start + new URL(page.nextLink).search
	}
	return items
}

/** One mode of health: a runner that is down says so with 503, and tells what is. */
export async function askHealth<Answer>(mode: string): Promise<Answer> {
	const response = await request(`${session.value?.healthPath}/${mode}`, {})
	if (!response.ok && response.status !== 503) throw await refusalOf(response)
	return (await response.json()) as Answer
}

function accountPath(): string {
	return session.value?.accountPath ?? ''
}

type Followed = {
	/** An event came. Resolves with whether to go on. */
	onEvent: (event: { name: string; data: string }) => boolean
	/** Whether what is shown is live now. */
	onState: (isLive: boolean) => void
	signal: AbortSignal
}

/**
 * Follows server-sent events until told to end, a refusal ends it, or the signal is aborted; reconnects where the connection broke. While
 * nobody sees the page it does not: a browser has six connections to a host for all of its tabs. Resolves with the refusal, if one ended it.
 */
export async function follow(path: string, { onEvent, onState, signal }: Followed): Promise<RefusedError | undefined> {
	let lastId = ''
	for (let failures = 0; !signal.aborted; ) {
		await untilVisible(signal)
		const hidden = new AbortController()
		const hide = () => document.hidden && hidden.abort()
		document.addEventListener('visibilitychange', hide)
		const silence = new SilenceWatch(SILENCE_MAX)
		try {
			const headers: Record<string, string> = lastId === '' ? {} : { 'last-event-id': lastId }
			const response = await request(accountPath() + path, { signal: AbortSignal.any([signal, hidden.signal, silence.signal]) }, headers)
			if (response.status >= 400 && response.status < 500) return await refusalOf(response)
			if (!response.ok || !response.body) throw await refusalOf(response)
			failures = 0
			onState(true)
			const texts = response.body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array<ArrayBuffer>, string>)
			for await (const { event = '', data, id } of texts.pipeThrough(new EventSourceParserStream({ onComment: silence.broken }))) {
				silence.broken()
				if (id !== undefined) lastId = id
				if (!onEvent({ name: event, data })) return undefined
			}
			await wait(FOLLOW_RETRY_TIMES[0]!, signal)
		} catch {
			if (signal.aborted) return undefined
			onState(hidden.signal.aborted)
			if (!hidden.signal.aborted) await wait(FOLLOW_RETRY_TIMES[Math.min(failures++, FOLLOW_RETRY_TIMES.length - 1)]!, signal)
		} finally {
			document.removeEventListener('visibilitychange', hide)
			silence.end()
		}
	}
	return undefined
}

/** Aborts when nothing was heard for some time: a connection that a proxy or a sleeping laptop forgot never ends by itself. */
class SilenceWatch {
	readonly #given = new AbortController()
	readonly signal = this.#given.signal
	readonly #most: number
	#timer: ReturnType<typeof setTimeout>

	constructor(most: number) {
		this.#most = most
		this.#timer = this.#begin()
	}

	readonly broken = (): void => {
		this.end()
		this.#timer = this.#begin()
	}

	end(): void {
		clearTimeout(this.#timer)
	}

	#begin() {
		return setTimeout(() => this.#given.abort(), this.#most)
	}
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer)
			resolve()
		}
		const timer = setTimeout(end, milliseconds)
		signal.addEventListener('abort', end, { once: true })
	})
}

function untilVisible(signal: AbortSignal): Promise<void> {
	if (!document.hidden) return Promise.resolve()
	return new Promise((resolve) => {
		const look = () => {
			if (document.hidden && !signal.aborted) return
			document.removeEventListener('visibilitychange', look)
			resolve()
		}
		document.addEventListener('visibilitychange', look)
		signal.addEventListener('abort', look, { once: true })
	})
}

/** A term of a filter. */
export function term(field: string, operator: string, value: string): string {
	return `properties/${field} ${operator} '${value.replaceAll("'", "''")}'`
}

/** A term of a filter of jobs: a text stands somewhere in what names them, went in or came out. */
export function containing(text: string): string {
	return `contains(properties,'${text.replaceAll("'", "''")}')`
}

/** The path of a resource, whatever its name has in it. */
export function pathOf(kind: string, name: string, more = ''): string {
	return `/${kind}/${encodeURIComponent(name)}${more}`
}

/** A query of members that are given. */
export function query(members: Record<string, string | number | undefined>): string {
	const given = Object.entries(members).filter(([, value]) => value !== undefined && value !== '')
	return given.length === 0 ? '' : `?${given.map(([name, value]) => `${name}=${encodeURIComponent(value!)}`).join('&')}`
}
