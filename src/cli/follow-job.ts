import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { type Account, bodyOf } from './api-client.ts'
import { mayPass } from './failure.ts'
import { detailsOf, hasEnded } from './job-end.ts'
import { EVENT_LENGTH_MAX, FIRST_LOOK_TIME, FOLLOW_SILENCE_MAX, FOLLOW_TRIES_MAX, FOLLOW_WAIT_MAX, LOOK_INTERVAL } from './limits.ts'
import { pollStreams } from './poll-streams.ts'
import { ServerError } from './server-error.ts'
import { getStream } from './server-request.ts'
import type { StreamRecord } from './stream-record.ts'

/**
 * Yields a job's records, the earlier ones too, and then as they are written, until the job has ended or is suspended. Goes on where it was
 * when the connection breaks. Throws what the last try threw, and an AbortError when the signal is aborted. `onWaiting` is told why the job does
 * not run, each time that this has changed.
 */
export async function* followJob(
	account: Account,
	jobId: string,
	{ signal, onWaiting = () => undefined }: { signal: AbortSignal; onWaiting?: (statusDetails: string) => void },
): AsyncGenerator<StreamRecord> {
	const over = new AbortController()
	const either = AbortSignal.any([signal, over.signal])
	const looking = untilSuspended(account, { jobId, signal: either, onWaiting }).then((suspended) => suspended && over.abort())
	try {
		yield* resumed(account, jobId, either)
	} catch (error) {
		signal.throwIfAborted()
		if (!over.signal.aborted) throw error
	} finally {
		over.abort()
		await looking.catch(() => undefined)
	}
}

async function* resumed(account: Account, jobId: string, signal: AbortSignal): AsyncGenerator<StreamRecord> {
	let lastId: string | undefined
	let tries = 0
	for (;;) {
		try {
			const stream = await openEvents(account, { jobId, lastId, signal })
			if (stream === 'no events') return yield* pollStreams(account, jobId, signal)
			for await (const { event, id, data } of readEvents(stream, signal)) {
				tries = 0
				if (event === 'end') return
				if (event !== 'stream') continue
				lastId = id ?? lastId
				yield JSON.parse(data) as StreamRecord
			}
			throw new ServerError(503, { message: 'The stream broke off before the end of the job.' })
		} catch (error) {
			tries++
			if (signal.aborted || tries >= FOLLOW_TRIES_MAX || !mayPass(error)) throw error
			await wait(Math.min(250 * 2 ** tries, FOLLOW_WAIT_MAX), undefined, { signal })
		}
	}
}

/** An answer that is no event stream comes from Azure, which knows no `follow`. */
async function openEvents(
	account: Account,
	{ jobId, lastId, signal }: { jobId: string; lastId: string | undefined; signal: AbortSignal },
): Promise<Readable | 'no events'> {
	if (account.isAzure) return 'no events'
	const headers = { accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) }
	const path = `/jobs/${encodeURIComponent(jobId)}/streams`
	const { contentType, body } = await getStream(account, { path, query: { follow: 'true' }, headers, signal })
	if (contentType.startsWith('text/event-stream')) return body
	body.destroy()
	return 'no events'
}

async function* readEvents(body: Readable, signal: AbortSignal): AsyncGenerator<EventSourceMessage> {
	const events: EventSourceMessage[] = []
	const parser = createParser({ onEvent: (event) => events.push(event), maxBufferSize: EVENT_LENGTH_MAX })
	const decoder = new TextDecoder()
	const late = () => body.destroy(new ServerError(504, { message: 'The server has been silent for too long.' }))
	const timer = setTimeout(late, FOLLOW_SILENCE_MAX)
	const abort = () => body.destroy(signal.reason as Error)
	signal.addEventListener('abort', abort)
	try {
		for await (const chunk of body) {
			timer.refresh()
			parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }))
			yield* events.splice(0)
		}
	} finally {
		clearTimeout(timer)
		signal.removeEventListener('abort', abort)
		body.destroy()
	}
}

/** Resolves with true when the job is suspended, with false when the signal is aborted before. */
async function untilSuspended(
	{ client, names }: Account,
	{ jobId, signal, onWaiting }: { jobId: string; signal: AbortSignal; onWaiting: (statusDetails: string) => void },
): Promise<boolean> {
	let told: string | undefined
	// What a suspended job had written before comes first.
	for (let pause = FIRST_LOOK_TIME; ; pause = LOOK_INTERVAL) {
		await wait(pause, undefined, { signal }).catch(() => undefined)
		if (signal.aborted) return false
		try {
			const { properties } = bodyOf(await client.job.get(...names, jobId)) as {
				properties: { status: string; statusDetails?: string }
			}
			if (properties.status === 'Suspended') return true
			const details = properties.status === 'New' ? detailsOf(properties.statusDetails) : undefined
			if (details !== undefined && details !== told) onWaiting(details)
			told = details
			if (hasEnded(properties.status)) return false
		} catch {
			// The stream itself tells of a server that is away.
		}
	}
}
