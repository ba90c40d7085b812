using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing
{
    // Stand for the types of the same names in Aspire.Hosting. Left out: events of single resources by name, dispatch behaviours.

    /// <summary>Something that happens to the application.</summary>
    public interface IDistributedApplicationEvent;

    /// <summary>Tells subscribers what happens.</summary>
    public interface IDistributedApplicationEventing
    {
        /// <summary>Calls back, in order of subscription, whenever such an event is published.</summary>
        DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationEvent;

        /// <summary>Ends a subscription.</summary>
        void Unsubscribe(DistributedApplicationEventSubscription subscription);

        /// <summary>Calls the subscribers one after another.</summary>
        Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
            where T : IDistributedApplicationEvent;
    }

    /// <summary>One subscription.</summary>
    public sealed class DistributedApplicationEventSubscription
    {
        internal DistributedApplicationEventSubscription(Type type, Func<IDistributedApplicationEvent, CancellationToken, Task> callback)
        {
            Type = type;
            Callback = callback;
        }

        internal Type Type { get; }

        internal Func<IDistributedApplicationEvent, CancellationToken, Task> Callback { get; }
    }

    /// <summary>Subscribers in a list.</summary>
    internal sealed class DistributedApplicationEventing : IDistributedApplicationEventing
    {
        private readonly Lock _lock = new();
        private readonly List<DistributedApplicationEventSubscription> _subscriptions = [];

        public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationEvent
        {
            var subscription = new DistributedApplicationEventSubscription(typeof(T), (@event, token) => callback((T)@event, token));
            lock (_lock)
            {
                _subscriptions.Add(subscription);
            }

            return subscription;
        }

        public void Unsubscribe(DistributedApplicationEventSubscription subscription)
        {
            lock (_lock)
            {
                _subscriptions.Remove(subscription);
            }
        }

        public async Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
            where T : IDistributedApplicationEvent
        {
            DistributedApplicationEventSubscription[] subscribers;
            lock (_lock)
            {
                subscribers = [.. _subscriptions.Where(subscription => subscription.Type.IsInstanceOfType(@event))];
            }

            foreach (var subscriber in subscribers)
            {
                await subscriber.Callback(@event, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>Every resource is known; none has started.</summary>
    public sealed class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : Eventing.IDistributedApplicationEvent
    {
        /// <summary>Services of the AppHost.</summary>
        public IServiceProvider Services { get; } = services;

        /// <summary>The resources.</summary>
        public DistributedApplicationModel Model { get; } = model;
    }

    /// <summary>Every endpoint has an address; resources are being started.</summary>
    public sealed class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : Eventing.IDistributedApplicationEvent
    {
        /// <summary>Services of the AppHost.</summary>
        public IServiceProvider Services { get; } = services;

        /// <summary>The resources.</summary>
        public DistributedApplicationModel Model { get; } = model;
    }

    /// <summary>A resource runs and is healthy for the first time.</summary>
    public sealed class ResourceReadyEvent(IResource resource, IServiceProvider services) : Eventing.IDistributedApplicationEvent
    {
        /// <summary>The resource.</summary>
        public IResource Resource { get; } = resource;

        /// <summary>Services of the AppHost.</summary>
        public IServiceProvider Services { get; } = services;
    }
}
