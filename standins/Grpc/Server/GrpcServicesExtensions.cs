// Stands for Grpc.AspNetCore.Server.IGrpcServerBuilder and Microsoft.Extensions.DependencyInjection.GrpcServicesExtensions of
// the package Grpc.AspNetCore.Server; complete.

using Grpc.AspNetCore.Server;
using Grpc.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server
{
    using Microsoft.Extensions.DependencyInjection;

    /// <summary>What AddGrpc gives back.</summary>
    public interface IGrpcServerBuilder
    {
        /// <summary>The services.</summary>
        IServiceCollection Services { get; }
    }
}

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds what gRPC services need.</summary>
    public static class GrpcServicesExtensions
    {
        /// <summary>Adds gRPC services.</summary>
        public static IGrpcServerBuilder AddGrpc(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.AddRouting();
            services.AddOptions();
            services.TryAddSingleton<GrpcMarker>();
            return new Builder(services);
        }

        /// <summary>Adds gRPC services with options.</summary>
        public static IGrpcServerBuilder AddGrpc(this IServiceCollection services, Action<GrpcServiceOptions> configureOptions)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.Configure(configureOptions);
            return services.AddGrpc();
        }

        /// <summary>Sets options of one service, which begin as those of all.</summary>
        public static IGrpcServerBuilder AddServiceOptions<TService>(this IGrpcServerBuilder grpcBuilder, Action<GrpcServiceOptions<TService>> configure)
            where TService : class
        {
            ArgumentNullException.ThrowIfNull(grpcBuilder);
            grpcBuilder.Services.TryAddSingleton<IConfigureOptions<GrpcServiceOptions<TService>>>(provider =>
                new ConfigureOptions<GrpcServiceOptions<TService>>(own => own.CopyFrom(provider.GetRequiredService<IOptions<GrpcServiceOptions>>().Value)));
            grpcBuilder.Services.Configure(configure);
            return grpcBuilder;
        }

        private sealed class Builder(IServiceCollection services) : IGrpcServerBuilder
        {
            public IServiceCollection Services => services;
        }
    }
}
