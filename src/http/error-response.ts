import type { ServerResponse } from 'node:http'
import type { NextFunction, Request, Response } from 'express'
import { DiskFullError, StoreUnavailableError } from '../errors.ts'
import { RETRY_AFTER_SECONDS } from '../limits.ts'
import type { Log } from '../log.ts'
import { FolderRefusedError } from '../runbooks/runbook-folder.ts'

/** What is refused, and why. */
export type Refused = { refused: ErrorCode; message: string; retryAfterSeconds?: number }

/** Codes of refusals, each with its status. */
const statuses = {
	MethodNotAllowed: 405,
	BadRequest: 400,
	InvalidToken: 400,
	WebhookNotFound: 404,
	RunbookNotFound: 404,
	NotFound: 404,
	WebhookExpiredOrDisabled: 400,
	InvalidParameters: 400,
	PayloadTooLarge: 413,
	UriTooLong: 414,
	IdempotencyKeyReused: 422,
	UnsupportedMediaType: 415,
	Unauthorized: 401,
	InvalidSignature: 401,
	AddressNotAllowed: 403,
	Forbidden: 403,
	AuthorizationFailed: 403,
	TooManyRequests: 429,
	Conflict: 409,
	ConcurrencyKeyInUse: 409,
	InternalServerError: 500,
	NotImplemented: 501,
	ServiceUnavailable: 503,
} as const
export type ErrorCode = keyof typeof statuses

export function statusOf(code: ErrorCode): number {
	return statuses[code]
}

/** Answers with `{"code","message"}`: the form that the Azure clients read. */
export function sendError(response: ServerResponse, code: ErrorCode, message: string, retryAfterSeconds = RETRY_AFTER_SECONDS): void {
	if (code === 'ServiceUnavailable' || code === 'TooManyRequests') response.setHeader('Retry-After', String(retryAfterSeconds))
	if (code === 'Unauthorized') response.setHeader('WWW-Authenticate', 'Bearer')
	sendJson(response, statuses[code], { code, message })
}

/** Answers with a refusal that was decided before. */
export function sendRefusal(response: ServerResponse, { refused, message, retryAfterSeconds }: Refused): void {
	sendError(response, refused, message, retryAfterSeconds)
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
	const text = JSON.stringify(body)
	response.writeHead(status, {
		'Content-Type': 'application/json; charset=utf-8',
		'Content-Length': Buffer.byteLength(text),
		'Cache-Control': 'no-store',
	})
	response.end(text)
}

/** The only place where a thrown error becomes an answer. 500 is for faults of this program alone. */
export function errorResponse(log: Log) {
	return (error: Error & { status?: number }, request: Request, response: Response, _next: NextFunction): void => {
		if (response.headersSent) {
			// Too late for an answer: a connection that breaks off tells the reader that something is missing.
			log.warn('An answer broke off', { method: request.method, path: request.path, reason: error.message })
			response.destroy()
		} else if (error instanceof DiskFullError) {
			sendError(response, 'ServiceUnavailable', error.message)
		} else if (error instanceof StoreUnavailableError) {
			log.warn('Refused, the store is not available', { reason: error.message })
			sendError(response, 'ServiceUnavailable', 'The job store cannot take requests now. Try again later.')
		} else if (error instanceof FolderRefusedError) {
			sendError(response, 'Conflict', error.message)
		} else if (error.status === 400) {
			// What the router itself refuses, such as a malformed percent-encoding in the path.
			sendError(response, 'BadRequest', 'The URL is malformed.')
		} else {
			log.error('A request failed', { method: request.method, path: request.path, reason: error.stack ?? error.message })
			sendError(response, 'InternalServerError', 'The request could not be handled.')
		}
	}
}
