import type { Request, Response } from 'express'
import type { Clock } from '../clock.ts'
import { LIST_FOLLOW_INTERVAL, LIST_FOLLOW_SHARE, LIST_FOLLOW_TIME_MAX, LIST_FOLLOWERS_MAX } from '../limits.ts'
import { drained } from './drained.ts'
import { answerHead, eventHeaders, keepOpen } from './event-stream.ts'
import { type Reply, refuse } from './operation.ts'

type Followed = {
	request: Request
	response: Response
	/** Reads the page. */
	look: () => Promise<unknown>
	followers: { count: number }
	clock: Clock
}

/**
 * Sends a page of a list as server-sent events: at once, and each time it has changed. It is looked at, not told of changes, so that those of
 * other runners of the same store are seen, too; ends after some minutes, and the follower asks anew.
 */
export async function followList({ request, response, look, followers, clock }: Followed): Promise<Reply> {
	if (request.method === 'HEAD') return answerHead(response)
	if (followers.count >= LIST_FOLLOWERS_MAX) return refuse('ServiceUnavailable', 'As many followers read as may. Try again later.')
	followers.count++
	using open = keepOpen(response)
	const { gone } = open
	try {
		// Read before the head is sent: a store that refuses is answered with 503.
		let text = JSON.stringify(await look())
		response.writeHead(200, eventHeaders)
		const end = clock.now() + LIST_FOLLOW_TIME_MAX
		let sent: string | undefined
		let took = 0
		while (!gone.signal.aborted && clock.now() < end) {
			if (text !== sent && !response.write(`event: page\ndata: ${text}\n\n`)) await drained(response, gone.signal)
			sent = text
			await clock.sleep(Math.max(LIST_FOLLOW_INTERVAL, LIST_FOLLOW_SHARE * took), gone.signal).catch(() => undefined)
			if (gone.signal.aborted) break
			const began = performance.now()
			text = JSON.stringify(await look())
			took = performance.now() - began
		}
		response.end()
	} finally {
		followers.count--
	}
	return 'sent'
}
