namespace Aspire.Hosting.Running;

/// <summary>Gives every endpoint its addresses before anything starts, so that references can be resolved in any order.</summary>
internal static class EndpointAllocator
{
    /// <summary>True when clients and processes use different ports, so that a relay is needed between them.</summary>
    public static bool NeedsRelay(IResource resource, EndpointAnnotation endpoint)
        => endpoint.IsProxied && (resource.GetReplicaCount() > 1 || (endpoint.Port is { } port && endpoint.TargetPort is { } target && port != target));

    /// <exception cref="DistributedApplicationException">A fixed port is taken: by another program, or by two resources.</exception>
    public static void Allocate(DistributedApplicationModel model)
    {
        var owners = new Dictionary<int, string>();
        var taken = new HashSet<int>();
        foreach (var (resource, endpoint) in Endpoints(model))
        {
            foreach (var port in new[] { endpoint.Port, endpoint.TargetPort }.OfType<int>().Distinct())
            {
                if (!owners.TryAdd(port, resource.Name))
                {
                    throw new DistributedApplicationException($"{resource.Name}: port {port} is also the port of {owners[port]}; give one of them another.");
                }

                if (Ports.Problem(endpoint.TargetHost, port) is { } problem)
                {
                    throw new DistributedApplicationException(
                        $"{resource.Name}: {problem}. Stop that program, or give endpoint '{endpoint.Name}' another port (applicationUrl in launchSettings.json, or the AppHost).");
                }

                taken.Add(port);
            }
        }

        foreach (var (resource, endpoint) in Endpoints(model))
        {
            var replicas = resource.GetReplicaCount();
            if (replicas > 1 && (endpoint.TargetPort is not null || !endpoint.IsProxied))
            {
                throw new DistributedApplicationException($"{resource.Name}: endpoint '{endpoint.Name}' has one fixed port for {replicas} replicas; leave targetPort out and isProxied at its default.");
            }

            var own = endpoint.TargetPort ?? endpoint.Port;
            endpoint.ReplicaPorts = NeedsRelay(resource, endpoint)
                ? [.. Enumerable.Range(0, replicas).Select(_ => endpoint.TargetPort ?? Ports.Free(taken))]
                : [own ?? Ports.Free(taken)];
            var port = NeedsRelay(resource, endpoint) ? endpoint.Port ?? Ports.Free(taken) : endpoint.ReplicaPorts[0];
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, ClientHost(endpoint.TargetHost), port);
        }
    }

    private static IEnumerable<(IResource Resource, EndpointAnnotation Endpoint)> Endpoints(DistributedApplicationModel model)
        => from resource in model.Resources
           where resource is not RedisResource { External: not null }
           from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
           select (resource, endpoint);

    /// <summary>The name under which a client on this machine reaches what listens there.</summary>
    private static string ClientHost(string targetHost) => targetHost is "*" or "+" or "0.0.0.0" or "[::]" or "::" ? "localhost" : targetHost;
}
