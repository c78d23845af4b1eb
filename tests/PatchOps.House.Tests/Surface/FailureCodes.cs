using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using PatchOps.Tests;

namespace PatchOps.House.Tests.Surface;

/// <summary>
/// Every failure code that the sources can produce. By the house's convention whatever carries a code is named for it
/// (<c>code</c>, <c>…Code</c>), so the compiler's own model of the sources finds them all: arguments, initialisers, switch arms.
/// A code that cannot be read as a constant is reported, so that nothing escapes the list.
/// </summary>
internal sealed class FailureCodes
{
    private readonly SortedSet<string> codes = new(StringComparer.Ordinal);
    private readonly List<string> unreadable = [];

    private FailureCodes()
    {
    }

    public IReadOnlyCollection<string> Codes => codes;

    public IReadOnlyList<string> Unreadable => unreadable;

    public static FailureCodes Read()
    {
        var found = new FailureCodes();
        var sources = Path.Combine(SharedData.Repository, "src");
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
        var trees = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin"))
            .Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), options, f))
            .Append(CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;", options))
            .ToList();
        var libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("patchops", StringComparison.OrdinalIgnoreCase));
        var compilation = CSharpCompilation.Create("sources", trees, libraries.Select(l => MetadataReference.CreateFromFile(l)), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        foreach (var tree in trees) found.Read(compilation.GetSemanticModel(tree), tree.GetRoot());
        return found;
    }

    private static bool IsCode(string? name, ITypeSymbol? type) =>
        type?.SpecialType == SpecialType.System_String && name is not null && (name.Equals("code", StringComparison.OrdinalIgnoreCase) || name.EndsWith("Code", StringComparison.Ordinal) || name == "CodeOf");

    private void Read(SemanticModel model, SyntaxNode root)
    {
        foreach (var node in root.DescendantNodes())
        {
            switch (node)
            {
                case ArgumentSyntax argument when model.GetOperation(argument) is IArgumentOperation { Parameter: { } parameter } && IsCode(parameter.Name, parameter.Type):
                    Add(model, argument.Expression);
                    break;
                case VariableDeclaratorSyntax { Initializer.Value: { } value } declared when model.GetDeclaredSymbol(declared) is { } symbol && IsCode(symbol.Name, TypeOf(symbol)):
                    Add(model, value);
                    break;
                case PropertyDeclarationSyntax property when model.GetDeclaredSymbol(property) is { } symbol && IsCode(symbol.Name, symbol.Type):
                    if ((property.ExpressionBody?.Expression ?? property.Initializer?.Value) is { } body) Add(model, body);
                    break;
                case MethodDeclarationSyntax { ExpressionBody.Expression: { } returned } method when model.GetDeclaredSymbol(method) is { } symbol && IsCode(symbol.Name, symbol.ReturnType):
                    Add(model, returned);
                    break;
                case ReturnStatementSyntax { Expression: { } returned } statement when statement.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method
                    && model.GetDeclaredSymbol(method) is { } symbol && IsCode(symbol.Name, symbol.ReturnType):
                    Add(model, returned);
                    break;
                case AssignmentExpressionSyntax assigned when model.GetSymbolInfo(assigned.Left).Symbol is { } target && IsCode(target.Name, TypeOf(target)):
                    Add(model, assigned.Right);
                    break;
            }
        }
    }

    private static ITypeSymbol? TypeOf(ISymbol symbol) => symbol switch
    {
        IFieldSymbol field => field.Type,
        ILocalSymbol local => local.Type,
        IPropertySymbol property => property.Type,
        IParameterSymbol parameter => parameter.Type,
        IMethodSymbol method => method.ReturnType,
        _ => null,
    };

    private void Add(SemanticModel model, ExpressionSyntax expression)
    {
        switch (expression)
        {
            case ParenthesizedExpressionSyntax inner:
                Add(model, inner.Expression);
                return;
            case ConditionalExpressionSyntax choice:
                Add(model, choice.WhenTrue);
                Add(model, choice.WhenFalse);
                return;
            case SwitchExpressionSyntax choice:
                foreach (var arm in choice.Arms) Add(model, arm.Expression);
                return;
            case ThrowExpressionSyntax:
                return;
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } either:
                Add(model, either.Left);
                Add(model, either.Right);
                return;
        }
        if (model.GetConstantValue(expression) is { HasValue: true } constant)
        {
            if (constant.Value is string text) codes.Add(text);
            return;
        }
        // Handed on from something that is itself named for a code: its own source is read where it gets its value.
        var symbol = model.GetSymbolInfo(expression).Symbol;
        if (symbol is not null && IsCode(symbol.Name, TypeOf(symbol))) return;
        var line = expression.GetLocation().GetLineSpan();
        unreadable.Add($"{Path.GetRelativePath(SharedData.Repository, line.Path)}:{line.StartLinePosition.Line + 1}: {expression}");
    }
}
