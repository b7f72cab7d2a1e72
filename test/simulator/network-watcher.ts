/** One per subscription and region. */
export type NetworkWatcher = {
	name: string
	subscriptionId: string
	resourceGroup: string
	location: string
}

export function watcherId({ subscriptionId, resourceGroup, name }: NetworkWatcher): string {
	return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/networkWatchers/${name}`
}

export function watcherBody(watcher: NetworkWatcher) {
	return {
		name: watcher.name,
		id: watcherId(watcher),
		type: 'Microsoft.Network/networkWatchers',
		location: watcher.location,
		properties: { provisioningState: 'Succeeded', runningOperationIds: [] },
	}
}
