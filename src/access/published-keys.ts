import { createLocalJWKSet, errors, type JSONWebKeySet } from 'jose'
import type { Clock } from '../clock.ts'
import { ENTRA_ANSWER_BYTES_MAX, ENTRA_KEYS_AGE_MAX, ENTRA_KEYS_INTERVAL, ENTRA_KEYS_TIME_MAX } from '../limits.ts'
import { boundedBody } from './bounded-body.ts'

/** The keys cannot be had: whether a token is right cannot be told. */
export class KeysUnavailableError extends Error {
	override name = 'KeysUnavailableError'
}

type LocalKeys = ReturnType<typeof createLocalJWKSet>

/**
 * Keys that are published at a URL: fetched when the first token comes, anew when they are old, and when a token names one that is not among
 * them. However many tokens come, and whatever they name, they are asked for once in a while only.
 */
export class PublishedKeys {
	readonly #url: URL
	readonly #clock: Clock
	#keys: { set: LocalKeys; at: number } | undefined
	#lastTry: { at: number; failure: KeysUnavailableError | undefined } | undefined
	#underWay: Promise<LocalKeys> | undefined

	constructor(url: URL, clock: Clock) {
		this.#url = url
		this.#clock = clock
	}

	/** The key that a token is to be checked with. Throws jose's JWKSNoMatchingKey, or a KeysUnavailableError. */
	async find(...asked: Parameters<LocalKeys>): ReturnType<LocalKeys> {
		const keys = this.#keys
		const isFresh = keys !== undefined && this.#isWithin(keys.at, ENTRA_KEYS_AGE_MAX)
		const set = isFresh ? keys.set : await this.#fetched()
		try {
			return await set(...asked)
		} catch (error) {
			if (!(error instanceof errors.JWKSNoMatchingKey) || this.#triedLately()) throw error
			return await (await this.#fetched())(...asked)
		}
	}

	#isWithin(at: number, time: number): boolean {
		const passed = this.#clock.now() - at
		return passed >= 0 && passed < time
	}

	#triedLately(): boolean {
		return this.#lastTry !== undefined && this.#isWithin(this.#lastTry.at, ENTRA_KEYS_INTERVAL)
	}

	#fetched(): Promise<LocalKeys> {
		if (this.#underWay) return this.#underWay
		const failure = this.#lastTry?.failure
		if (failure && this.#triedLately()) return Promise.reject(failure)
		this.#underWay = this.#fetch().finally(() => {
			this.#underWay = undefined
		})
		return this.#underWay
	}

	async #fetch(): Promise<LocalKeys> {
		const at = this.#clock.now()
		try {
			const set = createLocalJWKSet(await fetchKeys(this.#url))
			this.#keys = { set, at }
			this.#lastTry = { at, failure: undefined }
			return set
		} catch (error) {
			const { message, cause } = error as Error
			const why = cause instanceof Error ? `${message}: ${cause.message}` : message
			const failure = new KeysUnavailableError(`The keys of ${this.#url.href} cannot be had: ${why}.`)
			this.#lastTry = { at, failure }
			throw failure
		}
	}
}

async function fetchKeys(url: URL): Promise<JSONWebKeySet> {
	const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ENTRA_KEYS_TIME_MAX) })
	if (response.status !== 200) {
		await response.body?.cancel()
		throw new Error(`it answers ${response.status}`)
	}
	const set = JSON.parse((await boundedBody(response, ENTRA_ANSWER_BYTES_MAX)).toString()) as JSONWebKeySet | null
	// Whoever signs publishes one. By none every token would be called wrong, and those who have right ones be held up.
	if (set?.keys?.length === 0) throw new Error('it answers with no key')
	return set as JSONWebKeySet
}
