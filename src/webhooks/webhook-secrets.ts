import type { AssetSource } from '../assets/asset-source.ts'
import { UnreadableAssetError } from '../assets/asset-store.ts'
import type { Clock } from '../clock.ts'
import { SIGNATURE_SECRET_LENGTH_MIN, SIGNATURE_SECRET_TIME_MAX, SIGNATURE_SECRETS_MAX } from '../limits.ts'
import type { SecretName, SignatureRule } from './protections.ts'
import { secretFault } from './signature.ts'

type Source = Pick<AssetSource, 'variable' | 'credential' | 'missingText'>
type Secret = { text: string } | { fault: string }

/** The secrets that calls are signed with, from the assets of the account. Held for a moment, because every call asks. */
export class WebhookSecrets {
	readonly #source: Source
	readonly #clock: Clock
	readonly #held = new Map<string, { secret: Secret; until: number }>()

	constructor(source: Source, clock: Clock) {
		this.#source = source
		this.#clock = clock
	}

	/** Those that can be used, and why others cannot. Throws a StoreUnavailableError. */
	async of(rule: SignatureRule): Promise<{ texts: string[]; faults: string[] }> {
		const found = await Promise.all(rule.secrets.map((name) => this.#one(name)))
		const checked = found.map((secret, index): Secret => {
			const fault = 'text' in secret ? secretFault(rule, secret.text) : undefined
			return fault === undefined ? secret : { fault: `${wordsOf(rule.secrets[index]!)} ${fault}.` }
		})
		return {
			texts: checked.flatMap((secret) => ('text' in secret ? [secret.text] : [])),
			faults: checked.flatMap((secret) => ('fault' in secret ? [secret.fault] : [])),
		}
	}

	async #one(name: SecretName): Promise<Secret> {
		const key = JSON.stringify(name).toLowerCase()
		const now = this.#clock.now()
		const held = this.#held.get(key)
		if (held && now < held.until && now >= held.until - SIGNATURE_SECRET_TIME_MAX) return held.secret
		const secret = await this.#read(name)
		if (this.#held.size >= SIGNATURE_SECRETS_MAX) this.#held.clear()
		this.#held.set(key, { secret, until: now + SIGNATURE_SECRET_TIME_MAX })
		return secret
	}

	async #read(name: SecretName): Promise<Secret> {
		try {
			const found = 'variable' in name ? await this.#variable(name.variable) : await this.#password(name.credential)
			if ('fault' in found || found.text.length >= SIGNATURE_SECRET_LENGTH_MIN) return found
			return { fault: `${wordsOf(name)} has less than ${SIGNATURE_SECRET_LENGTH_MIN} characters.` }
		} catch (error) {
			if (error instanceof UnreadableAssetError) return { fault: error.message }
			throw error
		}
	}

	async #variable(name: string): Promise<Secret> {
		const found = await this.#source.variable(name)
		if (!found) return { fault: await this.#source.missingText('variable', name, { isSecret: true }) }
		// Whether it is encrypted is fixed once it is created.
		if (!found.isSecret) return { fault: `Variable '${name}' is not encrypted: a secret has to be. Delete it, and create it encrypted.` }
		const value: unknown = JSON.parse(found.json)
		return typeof value === 'string' ? { text: value } : { fault: `Variable '${name}' is no text.` }
	}

	async #password(name: string): Promise<Secret> {
		const found = await this.#source.credential(name)
		return found ? { text: found.password } : { fault: await this.#source.missingText('credential', name) }
	}
}

function wordsOf(name: SecretName): string {
	return 'variable' in name ? `Variable '${name.variable}'` : `Credential '${name.credential}'`
}
