import { globSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Observed } from './observed-main.ts'

/** What a runner left behind. */
type Traces = {
	/** What observed-main.ts noted. */
	observedFile: string
	dataDir: string
	logged: string[]
	printed: string[]
	/** The settings it was started with. */
	environment: Record<string, string | undefined>
}

type Secret = { what: string; text: string }

/** Where a webhook's URL, an access token and a generated management token are shown, this once. */
const shownOnce: { what: string; asked: RegExp; pattern: RegExp }[] = [
	{ what: 'access token', asked: /^PUT .*\/accessTokens\/[^/]+$/i, pattern: /\brunhook_[\w-]{43}/g },
	{
		what: 'webhook token',
		asked: /^(PUT .*\/webhooks\/[^/]+|POST .*\/webhooks\/(generateUri|[^/]+\/(replace|generateUri)))$/i,
		pattern: /(?<=[?&]token=)[\w-]{43}/g,
	},
]
const printedOnce = /^(Webhook .*|Management token|Try): /
const secretSettings = /^(RUNHOOK_(ADMIN_TOKEN|HEALTH_KEY|SECRET_KEY|ENTRA_CLIENT_SECRET|VARIABLE_.*)|AZURE_CLIENT_SECRET)$/

/** Secrets by their form, whoever brought them. The simulator signs the URLs that are polled with the last one. */
const forms: Secret['what'][] = ['access token', 'token of Entra ID', 'signed URL']
const formPatterns = [/\brunhook_[\w-]{43}/, /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/, /[?&]s=simulated-signature/]

/**
 * Looks for the secrets that were in play in all that a runner logged, printed, answered and stored. Each sentence names the kind of a secret and
 * where it stands, never the secret.
 */
export function findLeaks({ observedFile, dataDir, logged, printed, environment }: Traces): string[] {
	const observed = readFileSync(observedFile, 'utf8').split('\n').filter(Boolean).map(readLine)
	const answers = observed.filter((each) => each.kind === 'answer')
	const shown = answers.flatMap(({ asked, text }) =>
		shownOnce
			.filter((each) => each.asked.test(asked))
			.flatMap(({ what, pattern }) => found(text, pattern).map((each) => ({ what, text: each }))),
	)
	const issued = printed.flatMap((line) => found(line, /(?<=[?&]token=|^Management token: )\S+?(?=$|[&'])/g))
	const set = Object.entries(environment).filter(([name, text]) => secretSettings.test(name) && (text?.length ?? 0) >= 8)
	const secrets: Secret[] = [
		...observed.filter((each) => each.kind === 'secret'),
		...shown,
		...issued.map((text) => ({ what: 'printed token', text })),
		...set.map(([what, text]) => ({ what, text: text! })),
	]
	const wanted = wantedBytes(secrets)
	const files = globSync(join(dataDir, '**/*')).filter((file) => statSync(file).isFile())
	const told = answers.map(({ asked, text }) => ({ asked, text: maskedOnce(asked, text) }))
	// All at once, because there are thousands; one by one only when there is something to find.
	const isTold = leaksIn('', Buffer.from(told.map(({ text }) => text).join('\n')), wanted).length > 0
	const leaks = [
		...leaksIn('the log', Buffer.from(logged.join('\n')), wanted),
		...leaksIn('what is printed', Buffer.from(printed.filter((line) => !printedOnce.test(line)).join('\n')), wanted),
		...(isTold ? told.flatMap(({ asked, text }) => leaksIn(`the answer to ${asked}`, Buffer.from(text), wanted)) : []),
		...files.flatMap((file) => leaksIn(relative(dataDir, file), readFileSync(file), wanted)),
	]
	return [...new Set(leaks)]
}

/** The last line of a runner that was killed may be cut off. */
function readLine(line: string): Observed {
	try {
		return JSON.parse(line) as Observed
	} catch {
		return { kind: 'answer', asked: '', text: line }
	}
}

function found(text: string, pattern: RegExp): string[] {
	return [...text.matchAll(pattern)].map(([each]) => each)
}

/** An answer without what it may show. */
function maskedOnce(asked: string, text: string): string {
	return shownOnce.filter((each) => each.asked.test(asked)).reduce((rest, { pattern }) => rest.replace(pattern, '…'), text)
}

/** A text, and what JSON, URLs and headers make of it. */
function wantedBytes(secrets: Secret[]): Map<string, Secret['what']> {
	return new Map(
		secrets.flatMap(({ what, text }) =>
			[text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), Buffer.from(text).toString('base64')].map((form) => [form, what]),
		),
	)
}

function leaksIn(place: string, bytes: Buffer, wanted: Map<string, Secret['what']>): string[] {
	const text = bytes.toString('latin1')
	const known = [...wanted].filter(([form]) => bytes.includes(form)).map(([, what]) => what)
	const formed = forms.filter((_, index) => formPatterns[index]!.test(text))
	return [...known, ...formed].map((what) => `A secret (${what}) stands in ${place}.`)
}
