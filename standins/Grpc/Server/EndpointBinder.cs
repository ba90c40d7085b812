using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;

namespace Grpc.Server;

/// <summary>
/// Turns each method of a service into an endpoint. The service's own method is found by name and signature and called through
/// a delegate without a bound target, so that a call costs no reflection.
/// </summary>
internal sealed class EndpointBinder<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService>(IEndpointRouteBuilder routes, ServerSettings settings, ILogger logger) : ServiceBinderBase
    where TService : class
{
    private readonly List<IEndpointConventionBuilder> _endpoints = [];
    private readonly HashSet<string> _serviceNames = [];

    public IReadOnlyList<IEndpointConventionBuilder> Endpoints => _endpoints;

    public IReadOnlyCollection<string> ServiceNames => _serviceNames;

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(method, typeof(TRequest), typeof(ServerCallContext));
        Add(method, async (service, call) =>
        {
            var request = await call.ReadSingleAsync(method.RequestMarshaller).ConfigureAwait(false);
            await call.WriteSingleAsync(await invoke(service(), request, call).ConfigureAwait(false), method.ResponseMarshaller).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        Add(method, async (service, call) =>
        {
            call.LiftRequestLimits();
            var reply = await invoke(service(), new RequestStream<TRequest>(call, method.RequestMarshaller), call).ConfigureAwait(false);
            await call.WriteSingleAsync(reply, method.ResponseMarshaller).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Add(method, async (service, call) =>
        {
            var request = await call.ReadSingleAsync(method.RequestMarshaller).ConfigureAwait(false);
            await invoke(service(), request, new ResponseStream<TResponse>(call, method.ResponseMarshaller), call).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        Add(method, (service, call) =>
        {
            call.LiftRequestLimits();
            return invoke(service(), new RequestStream<TRequest>(call, method.RequestMarshaller), new ResponseStream<TResponse>(call, method.ResponseMarshaller), call);
        });
    }

    private static TDelegate Find<TDelegate>(IMethod method, params Type[] parameters)
        where TDelegate : Delegate =>
        typeof(TService).GetMethod(method.Name, parameters)?.CreateDelegate<TDelegate>()
            ?? throw new InvalidOperationException($"Could not find '{method.Name}' on {typeof(TService)}.");

    private void Add(IMethod method, Func<Func<TService>, HttpServerCall, Task> handle)
    {
        _serviceNames.Add(method.ServiceName);
        _endpoints.Add(routes.Map(RoutePatternFactory.Parse(method.FullName), http => HandleAsync(http, handle))
            .WithDisplayName("gRPC - " + method.FullName)
            .WithMetadata(new GrpcMethodMetadata(typeof(TService), method), new HttpMethodMetadata([HttpMethods.Post], acceptCorsPreflight: true)));
    }

    private async Task HandleAsync(HttpContext http, Func<Func<TService>, HttpServerCall, Task> handle)
    {
        if (!RequestCheck.Passes(http))
        {
            return;
        }

        var activator = new ServiceActivator<TService>(http.RequestServices);
        await using (activator.ConfigureAwait(false))
        {
            using var call = new HttpServerCall(http, settings, logger);
            await call.RunAsync(running => handle(activator.Get, running)).ConfigureAwait(false);
        }
    }
}
