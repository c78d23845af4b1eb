using Xunit;

namespace PatchOps.Tests;

/// <summary>Public data that lies beside a checkout on some machines and in CI. Tests that use it are skipped by name elsewhere.</summary>
internal static class SharedData
{
    private static readonly string? Root = FindUp(Path.Combine("shared", "data"));

    /// <summary>The repository's root folder.</summary>
    public static string Repository { get; } =
        Path.GetDirectoryName(FindUp("PatchOps.psd1")) ?? throw new InvalidOperationException("PatchOps.psd1 is not above the test's folder.");

    /// <summary>Full path of a file or folder below <c>../shared/data</c>; skips the calling test where it is missing.</summary>
    public static string Require(string relative)
    {
        var path = Root is null ? null : Path.Combine(Root, relative);
        Skip.If(path is null || !(File.Exists(path) || Directory.Exists(path)), $"Public data '{relative}' is not beside this checkout.");
        return path!;
    }

    private static string? FindUp(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, relative);
            if (File.Exists(path) || Directory.Exists(path)) return path;
        }
        return null;
    }
}
