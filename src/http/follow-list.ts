import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { FOLLOW_COMMENT_INTERVAL, LIST_FOLLOW_INTERVAL, LIST_FOLLOW_SHARE, LIST_FOLLOW_TIME_MAX, LIST_FOLLOWERS_MAX } from '../limits.ts'
import { drained } from './drained.ts'
import { type Reply, refuse } from './operation.ts'

/** The member of a query that asks to follow. */
export const followMember = z
	.string()
	.optional()
	.describe('Given, also without a value: the answer is server-sent events, live until a job has ended, or for some minutes.')

/** `?follow`, `?follow=true`, `?follow=1`. */
export function isFollowAsked(follow: string | undefined): boolean {
	return follow !== undefined && !/^(false|0|no)$/i.test(follow)
}

/** The head of what followers are answered. no-transform keeps proxies and compression from holding events back. */
export const eventHeaders = {
	'Content-Type': 'text/event-stream; charset=utf-8',
	'Cache-Control': 'no-cache, no-transform',
	'X-Accel-Buffering': 'no',
}

export function answerHead(response: Response): Reply {
	response.writeHead(200, eventHeaders).end()
	return 'sent'
}

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
	const gone = new AbortController()
	response.on('close', () => gone.abort())
	if (response.destroyed) gone.abort()
	const comment = setInterval(() => response.headersSent && response.write(': still here\n\n'), FOLLOW_COMMENT_INTERVAL)
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
		clearInterval(comment)
		followers.count--
	}
	return 'sent'
}
