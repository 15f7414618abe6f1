using Microsoft.AspNetCore.Builder;
using Msf.Server;

namespace Msf.Samples;

/// <summary>An application of one's own with a model in it: its routes beside ours, the page at /images/.</summary>
internal static class ServeInside
{
    public static void Run(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddMsf(options =>
        {
            options.Model = "models/noto-emoji";
            options.Gallery = "images";
            options.Limits.Count = 16;
        });
        var app = builder.Build();
        app.MapGet("/", () => "The application's own page. Images are made at /images/.");
        app.MapMsf("/images");                                                                // .RequireAuthorization("policy") where the application has one
        app.Run();
    }
}
