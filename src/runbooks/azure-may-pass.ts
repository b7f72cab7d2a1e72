import type { AzureFailure } from './azure.ts'

const passing = [408, 429, 500, 502, 503, 504]

/** Whether such an answer of Azure may be another one a little later. */
export function isPassingStatus(statusCode: number): boolean {
	return passing.includes(statusCode)
}

/** Whether the same request may succeed a little later: `mayPass(azure.failure(error))`. Without a status nothing answered. */
export function mayPass({ code, statusCode }: AzureFailure): boolean {
	return statusCode === undefined ? /^(RequestTimeout|REQUEST_SEND_ERROR|E[A-Z]+)$/.test(code) : isPassingStatus(statusCode)
}
