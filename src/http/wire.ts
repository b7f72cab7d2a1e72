import { z } from 'zod'
import { PARAMETERS_MAX } from '../limits.ts'

/** Shapes that all resources of the management API share, in Azure's words. */

/** A UTC instant with milliseconds and Z, as every answer has it. */
export function timeText(time: number): string
export function timeText(time: number | null): string | null
export function timeText(time: number | null): string | null {
	return time === null ? null : new Date(time).toISOString()
}

export const timeSchema = z.string().describe('UTC, ISO 8601 with milliseconds and Z.')
export const nullableTimeSchema = timeSchema.nullable()

/** A value as the wire has it, where only strings are: what was no string is its JSON text. */
export function parameterTexts(parameters: Record<string, unknown>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(parameters).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
	)
}

/** Parameter values in a request. null stands for none, as some clients send it. */
export const parametersSchema = z
	.record(z.string(), z.string('must be a string: other values are sent as their JSON text'))
	.refine((values) => Object.keys(values).length <= PARAMETERS_MAX, `must be at most ${PARAMETERS_MAX}`)
	.nullish()
	.describe('Values by parameter name; what is no string is sent as its JSON text.')

/** The runbook that something is bound to. */
export const runbookReferenceSchema = z.object({ name: z.string() }).describe('A runbook by its name.')

export const typeOf = (resource: string) => `Microsoft.Automation/AutomationAccounts/${resource}`

/** A name in a path that callers choose: a webhook's or a job's. */
export const chosenNamePattern = /^[^\p{C}/\\]{1,128}$/u
export const chosenNameRule = '1 to 128 characters, none of them a slash or a control character'

/** Why a chosen name cannot be a resource's; `named` is what the body says, which must be the same. */
export function nameFault(resource: string, name: string, named: string | null | undefined): string | undefined {
	if (!chosenNamePattern.test(name)) return `The name of a ${resource} has ${chosenNameRule}.`
	if (named == null || named.toLowerCase() === name.toLowerCase()) return undefined
	return `The body names '${named.slice(0, 128)}', the path '${name}'.`
}
