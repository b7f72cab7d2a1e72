/**
 * The key that jobs share slots by: a webhook's name in lower case, a slash, and the value that the call gave; nothing after the slash where
 * all jobs of the webhook share. A webhook's name has no slash. It is the name and not the id, so that a webhook and its successor share.
 */
export function concurrencyKeyOf(webhookName: string, value: string): string {
	return `${webhookName.toLowerCase()}/${value}`
}

/** `webhook deploy`, or `concurrency key acme/shop of webhook deploy`. */
export function concurrencyKeyText(key: string): string {
	const slash = key.indexOf('/')
	const [webhook, value] = [`webhook ${key.slice(0, slash)}`, key.slice(slash + 1)]
	return value === '' ? webhook : `concurrency key ${value} of ${webhook}`
}
