using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.Server;

/// <summary>Finds a service's methods through its generated BindService, and makes their endpoints.</summary>
internal static class ServiceMapper
{
    public static IReadOnlyList<IEndpointConventionBuilder> Map<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService>(IEndpointRouteBuilder routes, GrpcMarker marker)
        where TService : class
    {
        var settings = new ServerSettings(Options<TService>(routes.ServiceProvider));
        var logger = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler");
        var binder = new EndpointBinder<TService>(routes, settings, logger);
        Bind<TService>(binder);

        if (!settings.IgnoreUnknownServices)
        {
            foreach (var service in binder.ServiceNames)
            {
                routes.Map(Unimplemented($"{service}/{{method}}", "method"), Reply("Method is unimplemented.")).WithDisplayName($"gRPC - Unimplemented method for {service}");
            }

            if (!marker.UnknownServicesMapped)
            {
                marker.UnknownServicesMapped = true;
                routes.Map(Unimplemented("{service}/{method}", "method"), Reply("Service is unimplemented.")).WithDisplayName("gRPC - Unimplemented service");
            }
        }

        return binder.Endpoints;
    }

    private static GrpcServiceOptions Options<TService>(IServiceProvider services)
        where TService : class =>
        services.GetService<IConfigureOptions<GrpcServiceOptions<TService>>>() is null
            ? services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value
            : services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value;

    private static void Bind<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TService>(ServiceBinderBase binder)
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } attribute)
            {
                var bind = attribute.BindType.GetMethod(attribute.BindMethodName, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static, [typeof(ServiceBinderBase), type])
                    ?? throw new InvalidOperationException($"Cannot find {attribute.BindType}.{attribute.BindMethodName}({nameof(ServiceBinderBase)}, {type.Name}).");
                bind.Invoke(null, [binder, null]);
                return;
            }
        }

        throw new InvalidOperationException($"Cannot find a bind method for the service type {typeof(TService)}: its base class must be generated from a .proto file.");
    }

    private static RoutePattern Unimplemented(string pattern, string parameter) =>
        RoutePatternFactory.Parse(pattern, defaults: null, parameterPolicies: new RouteValueDictionary { [parameter] = new GrpcRequestConstraint() });

    private static RequestDelegate Reply(string detail) => http =>
    {
        if (!RequestCheck.Passes(http))
        {
            return Task.CompletedTask;
        }

        http.Response.ContentType = GrpcHeader.ContentType;
        StatusWriter.Write(http.Response.Headers, new Status(StatusCode.Unimplemented, detail), trailers: null);
        return Task.CompletedTask;
    };

    /// <summary>Lets other requests to unknown addresses through to other endpoints, or to 404.</summary>
    private sealed class GrpcRequestConstraint : IRouteConstraint
    {
        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext is not null && HttpMethods.IsPost(httpContext.Request.Method) && GrpcHeader.IsGrpc(httpContext.Request.ContentType);
    }
}
