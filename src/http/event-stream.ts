import type { Response } from 'express'
import { z } from 'zod'
import { FOLLOW_COMMENT_INTERVAL } from '../limits.ts'
import type { Reply } from './operation.ts'

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

/** Keeps a connection open between events, once its head is sent, and aborts `gone` when the follower has gone. */
export function keepOpen(response: Response): { gone: AbortController } & Disposable {
	const gone = new AbortController()
	response.on('close', () => gone.abort())
	if (response.destroyed) gone.abort()
	const comment = setInterval(() => {
		// Whoever has ended the answer may wait for something else before this ends.
		if (response.headersSent && !response.writableEnded) response.write(': still here\n\n')
	}, FOLLOW_COMMENT_INTERVAL)
	return { gone, [Symbol.dispose]: () => clearInterval(comment) }
}
