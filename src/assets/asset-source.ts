import { nearNames } from '../near-names.ts'
import { type AssetKind, type AssetStore, type AssetUse, UnreadableAssetError } from './asset-store.ts'
import { namesIn, readSecretFile } from './secret-files.ts'
import type { SecretKeys } from './secret-keys.ts'

type Parts = {
	store: Pick<AssetStore, 'get' | 'names'>
	keys: Pick<SecretKeys, 'unseal'>
	/** Variables of the environment, by the ends of their names: upper case, with underscores. */
	variables: Readonly<Record<string, string>>
	/** A folder with `variables/<name>` and `credentials/<name>/{username,password}`. */
	secretsDir: string | undefined
	/** Tells how there could be an asset that is missing; '' where it could not. */
	remedy?: (kind: AssetKind, name: string, isSecret: boolean) => string
}

/** What a job is given. `name` is spelled as where it is kept. */
export type FoundVariable = { name: string; json: string; isSecret: boolean; source: AssetUse['source'] }
export type FoundCredential = { name: string; userName: string; password: string; source: AssetUse['source'] }

/**
 * The values of assets, for jobs: from the environment, else from mounted files, else from the store. What comes from outside is text,
 * and counts as secret. Its functions throw an UnreadableAssetError.
 */
export class AssetSource {
	readonly #parts: Parts

	constructor(parts: Parts) {
		this.#parts = parts
	}

	async variable(name: string): Promise<FoundVariable | undefined> {
		const { store, keys, variables, secretsDir } = this.#parts
		const variableName = environmentName(name)
		if (Object.hasOwn(variables, variableName))
			return { name, json: JSON.stringify(variables[variableName]), isSecret: true, source: 'environment' }
		const text = secretsDir === undefined ? undefined : await readSecretFile(secretsDir, 'variables', name)
		if (text !== undefined) return { name, json: JSON.stringify(text), isSecret: true, source: 'file' }
		const asset = await store.get('variable', name)
		if (!asset) return undefined
		const isSecret = asset.keyId !== null
		return { name: asset.name, json: isSecret ? keys.unseal(asset, asset.value) : asset.value, isSecret, source: 'store' }
	}

	async credential(name: string): Promise<FoundCredential | undefined> {
		const { store, keys, secretsDir } = this.#parts
		const mounted = secretsDir === undefined ? undefined : await mountedCredential(secretsDir, name)
		if (mounted) return mounted
		const asset = await store.get('credential', name)
		return asset && { name: asset.name, userName: asset.userName ?? '', password: keys.unseal(asset, asset.value), source: 'store' }
	}

	/** Why there is none of that name, with the names that may have been meant, else with what to do. */
	async missingText(kind: AssetKind, name: string, { isSecret = false } = {}): Promise<string> {
		const { store, secretsDir, remedy = createText } = this.#parts
		const mounted = secretsDir === undefined ? [] : await namesIn(secretsDir, `${kind}s`)
		const near = nearNames(name, [...new Set([...(await store.names(kind)), ...mounted])])
		const hint = near.length > 0 ? `Is it ${near.map((each) => `'${each}'`).join(' or ')}?` : remedy(kind, name.slice(0, 128), isSecret)
		return `There is no ${kind} '${name.slice(0, 128)}'. ${hint}`.trimEnd()
	}
}

async function mountedCredential(secretsDir: string, name: string): Promise<FoundCredential | undefined> {
	const read = (file: string) => readSecretFile(secretsDir, 'credentials', name, file)
	const [userName, password] = [await read('username'), await read('password')]
	if (userName === undefined && password === undefined) return undefined
	if (userName === undefined || password === undefined)
		throw new UnreadableAssetError(
			`Credential '${name}' in ${secretsDir} has no file '${password === undefined ? 'password' : 'username'}'.`,
		)
	return { name, userName, password, source: 'file' }
}

/** A name that a shell would read otherwise is not put into a command. */
function createText(kind: AssetKind, name: string, isSecret: boolean): string {
	if (!/^\w[\w.-]*$/.test(name)) return ''
	const options = kind === 'credential' ? ' --user-name <name>' : isSecret ? ' --encrypted' : ''
	return `Create it with: runhook ${kind} set ${name}${options}`
}

/** `my-region` is RUNHOOK_VARIABLE_MY_REGION. */
export function environmentName(name: string): string {
	return name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
}
