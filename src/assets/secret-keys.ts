import { randomBytes } from 'node:crypto'
import { StartError } from '../errors.ts'
import { ASSET_STEP } from '../limits.ts'
import type { Log } from '../log.ts'
import type { AssetStore, KeptAsset } from './asset-store.ts'
import { closeKeyFile, readKeyFile, writeKeyFile } from './key-file.ts'
import { SECRET_KEY_BYTES, type SealedSubject, type SecretKey, sealValue, secretKeyOf, UnsealError, unsealValue } from './sealed-value.ts'

type Parts = {
	store: Pick<AssetStore, 'keyIds' | 'listSealedOtherwise' | 'reseal'>
	/** In the data folder. */
	file: string
	/** Keys that were set from outside, the one in force first; none: those in the file, which is made if need be. */
	configured: readonly Uint8Array[]
	log: Log
}

export type Rotation =
	| { kind: 'rotated'; keyId: string; resealedCount: number; damaged: SealedSubject[] }
	| { kind: 'refused'; message: string }

/** The keys of the installation: the first seals, all of them unseal. */
export class SecretKeys {
	readonly #parts: Parts
	#bytes: readonly Uint8Array[] = []
	#keys: SecretKey[] = []
	readonly #writing = new Set<Promise<unknown>>()
	#rotating = false

	/** Finds the keys and seals anew what an earlier key has sealed. Throws a StartError when a key that is needed is not there. */
	static async open(parts: Parts): Promise<SecretKeys> {
		const { store, file, configured, log } = parts
		const inFile = readKeyFile(file)
		if (inFile && closeKeyFile(file)) log.warn('The key file could be read by others: it is closed now, and a rotation is due', { file })
		const needed = await store.keyIds()
		const isFirst = configured.length === 0 && inFile === undefined && needed.length === 0
		const bytes = isFirst ? [newKey()] : [...configured, ...(inFile ?? [])]
		const opened = new SecretKeys(parts, bytes)
		const missing = needed.find((keyId) => !opened.#keys.some((each) => each.keyId === keyId))
		if (missing !== undefined) throw new StartError(missingText(missing, parts))
		const fault = isFirst ? written(file, bytes) : undefined
		if (fault) throw fault
		const { resealedCount } = await opened.#sealAnew()
		if (resealedCount > 0) log.info('Values were sealed anew with the key in force', { keyId: opened.#keys[0]!.keyId, resealedCount })
		if (configured.length === 0) await opened.#dropOldKeys()
		return opened
	}

	private constructor(parts: Parts, bytes: readonly Uint8Array[]) {
		this.#parts = parts
		this.#use(bytes)
	}

	#use(bytes: readonly Uint8Array[]): void {
		this.#bytes = bytes
		this.#keys = bytes.map(secretKeyOf)
	}

	/** Seals a text for a subject and resolves with what `write` does with it. No key is given up while something sealed with it is being written. */
	seal<Result>(
		subject: SealedSubject,
		text: string,
		write: (sealed: { value: string; keyId: string }) => Promise<Result>,
	): Promise<Result> {
		const [key] = this.#keys
		const written = write({ value: sealValue(key!, subject, text), keyId: key!.keyId })
		this.#writing.add(written)
		return written.finally(() => this.#writing.delete(written))
	}

	/** Throws an UnsealError. */
	unseal(subject: SealedSubject, sealed: string): string {
		return unsealValue(this.#keys, subject, sealed)
	}

	/**
	 * Makes a new key and seals everything with it. At every moment the file holds all keys that anything is sealed with,
	 * so that a runner that ends in between goes on at its next start.
	 */
	async rotate(): Promise<Rotation> {
		const { configured, file, log } = this.#parts
		if (configured.length > 0) return { kind: 'refused', message: configuredText }
		if (this.#rotating) return { kind: 'refused', message: 'A rotation is under way.' }
		this.#rotating = true
		try {
			const bytes = [newKey(), ...this.#bytes]
			const fault = written(file, bytes)
			if (fault) return { kind: 'refused', message: fault.message }
			this.#use(bytes)
			await Promise.allSettled(this.#writing)
			const { resealedCount, damaged } = await this.#sealAnew()
			await this.#dropOldKeys()
			const { keyId } = this.#keys[0]!
			log.info('The secret key was rotated', { keyId, resealedCount, damagedCount: damaged.length })
			return { kind: 'rotated', keyId, resealedCount, damaged }
		} finally {
			this.#rotating = false
		}
	}

	/** A few values at a time, so that requests come in between. */
	async #sealAnew(): Promise<{ resealedCount: number; damaged: SealedSubject[] }> {
		const { store, log } = this.#parts
		const [key] = this.#keys
		const damaged: SealedSubject[] = []
		let resealedCount = 0
		for (let after: KeptAsset | undefined; ; ) {
			const assets = await store.listSealedOtherwise(key!.keyId, { after, limit: ASSET_STEP })
			for (const asset of assets) {
				try {
					await store.reseal(asset, { value: sealValue(key!, asset, this.unseal(asset, asset.value)), keyId: key!.keyId })
					resealedCount++
				} catch (error) {
					if (!(error instanceof UnsealError)) throw error
					log.error('A value could not be sealed anew', { reason: error.message })
					damaged.push({ kind: asset.kind, name: asset.name })
				}
			}
			after = assets.at(-1)
			if (after === undefined) return { resealedCount, damaged }
		}
	}

	/** Keeps those that something is still sealed with: a damaged value may be put right from a copy. */
	async #dropOldKeys(): Promise<void> {
		const needed = await this.#parts.store.keyIds()
		const kept = this.#bytes.filter((_, index) => index === 0 || needed.includes(this.#keys[index]!.keyId))
		if (kept.length === this.#bytes.length) return
		const fault = written(this.#parts.file, kept)
		// Then the old keys stay, which does no harm, and go with the next start.
		if (fault) this.#parts.log.warn('An old secret key could not be dropped', { reason: fault.message })
		else this.#use(kept)
	}
}

const configuredText =
	'The key is set by RUNHOOK_SECRET_KEY: put a new one before it, separated by a comma, and start the runner again; then take the old one away.'

function newKey(): Buffer {
	return randomBytes(SECRET_KEY_BYTES)
}

/** Why a key file could not be written; undefined when it was. */
function written(file: string, bytes: readonly Uint8Array[]): StartError | undefined {
	try {
		writeKeyFile(file, bytes)
		return undefined
	} catch (cause) {
		return new StartError(`The key file ${file} cannot be written: ${(cause as Error).message}.`, { cause })
	}
}

function missingText(keyId: string, { configured, file }: Parts): string {
	const where = configured.length > 0 ? 'RUNHOOK_SECRET_KEY does not hold it' : `it is neither in ${file} nor in RUNHOOK_SECRET_KEY`
	return `The variables and credentials in the store are sealed with the secret key ${keyId}, and ${where}: give it back, or they cannot be read.`
}
