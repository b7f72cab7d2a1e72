import type { IncomingHttpHeaders } from 'node:http'
import { BEARER_TOKEN_LENGTH_MAX } from '../limits.ts'

/** The bearer token of a request; undefined where the header is missing, is of another scheme, or is longer than any token. */
export function bearerToken({ authorization = '' }: Pick<IncomingHttpHeaders, 'authorization'>): string | undefined {
	const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
	return token !== undefined && token.length <= BEARER_TOKEN_LENGTH_MAX ? token : undefined
}
