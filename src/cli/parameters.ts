import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { PARAMETERS_FILE_BYTES_MAX } from './limits.ts'
import { UsageError } from './usage-error.ts'

export type ParameterOptions = { parameter?: string[]; parametersFile?: string }

/**
 * The values of `--parameters-file` with those of `--parameter name=value` over them, as the API takes them: strings, and what is no
 * string as its JSON text. undefined when nothing was given. Throws a UsageError.
 */
export function readParameters({ parameter, parametersFile }: ParameterOptions): Record<string, string> | undefined {
	const pairs = (parameter ?? []).map(readPair)
	const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other.toLowerCase() === name.toLowerCase()) < index)
	if (twice) throw new UsageError(`--parameter ${twice[0]} was given twice.`)
	if (parametersFile === undefined) return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
	// Names match without regard to case, so one given here takes the place of another spelling there.
	const names = new Set(pairs.map(([name]) => name.toLowerCase()))
	const inFile = Object.entries(readObject(parametersFile)).filter(([name]) => !names.has(name.toLowerCase()))
	return Object.fromEntries([...inFile.map(([name, value]) => [name, asText(value)]), ...pairs])
}

/** Gives a command the options {@link readParameters} reads. */
export function withParameters(command: Command): Command {
	const collect = (value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]
	return command
		.option('--parameter <name=value>', 'a value that the runbook is given; repeatable', collect)
		.option('--parameters-file <file>', 'a JSON object of such values; - for standard input')
}

function readPair(text: string): [name: string, value: string] {
	const at = text.indexOf('=')
	if (at < 1) throw new UsageError(`--parameter ${text}: give it as name=value.`)
	return [text.slice(0, at), text.slice(at + 1)]
}

function readObject(file: string): Record<string, unknown> {
	const value: unknown = readJson(file)
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw new UsageError(`--parameters-file ${file} must hold a JSON object: names and their values.`)
	return value as Record<string, unknown>
}

function readJson(file: string): unknown {
	let text: string
	try {
		// '-' is standard input: values that must not be seen in the process list or on the disk.
		text = readFileSync(file === '-' ? 0 : file, 'utf8')
	} catch (error) {
		throw new UsageError(`--parameters-file ${file} cannot be read: ${(error as Error).message}.`)
	}
	if (text.length > PARAMETERS_FILE_BYTES_MAX)
		throw new UsageError(`--parameters-file ${file} is larger than ${PARAMETERS_FILE_BYTES_MAX} bytes.`)
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''))
	} catch (error) {
		throw new UsageError(`--parameters-file ${file} is no JSON: ${(error as Error).message}.`)
	}
}

function asText(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value)
}
