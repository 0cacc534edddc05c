Attribute VB_Name = "Houqin"
' One way from ribbon and buttons into Python. Words people read lie on the first sheet of this file.
Option Explicit

Private Const ADD_ONLY_OUR_PACKAGES As String = "import sys; sys.path[:] = filter(None, sys.path); import addin.press; "

Public Sub PressRibbon(ByVal Control As Object)
    PressButton Control.Tag
End Sub

Public Sub PressButton(ByVal Button As String)
    On Error GoTo failed
    If ActiveWorkbook Is Nothing Then
        Say "no_workbook"
    ElseIf IsUnsafeName(ActiveWorkbook.FullName) Then
        Say "unsafe_name"
    ElseIf Not HasInterpreter() Then
        Say "no_interpreter"
    Else
        RunPython ADD_ONLY_OUR_PACKAGES & "addin.press." & Button & "()"
    End If
    Exit Sub
failed:
    MsgBox Explained(Err.Description), vbExclamation, "Houqin"
End Sub

Public Sub ShowTab(ByVal Control As Object, ByRef Visible As Variant)
    Visible = ((Control.ID = "houqin_zh") = IsChinese())
End Sub

' Properties, for public functions would stand among the worksheet functions.
Public Property Get Explained(ByVal Message As String) As String
    If InStr(Message, "No module named") > 0 Then
        Explained = Word("no_package")
    ElseIf InStr(Message, "Could not load xlwings") > 0 Or InStr(Message, "runpython install") > 0 Then
        Explained = Word("other_version")
    Else
        Explained = Word("failed") & vbCrLf & LastLine(Message)
    End If
End Property

Public Property Get Word(ByVal Name As String) As String
    Dim Column As Long
    Column = 3
    If IsChinese() Then Column = 2
    Word = Application.WorksheetFunction.VLookup(Name, ThisWorkbook.Worksheets(1).Range("A:C"), Column, False)
End Property

Private Sub Say(ByVal Name As String)
    MsgBox Word(Name), vbExclamation, "Houqin"
End Sub

Private Function LastLine(ByVal Message As String) As String
    Dim Lines As Variant
    Dim Place As Long
    Lines = Split(Replace(Message, vbCr, ""), vbLf)
    For Place = UBound(Lines) To LBound(Lines) Step -1
        LastLine = Trim(Lines(Place))
        If LastLine <> "" Then Exit Function
    Next Place
End Function

Private Function HasInterpreter() As Boolean
    #If Mac Then
        ' The sandbox hides the file itself.
        HasInterpreter = (GetConfig("INTERPRETER_MAC", "") <> "")
    #Else
        HasInterpreter = FileExists(GetConfig("INTERPRETER_WIN", ""))
    #End If
End Function

Private Function IsUnsafeName(ByVal FullName As String) As Boolean
    #If Mac Then
        ' The AppleScript of xlwings puts the name into a shell command between double quotes.
        IsUnsafeName = FullName Like "*[$`|""\]*"
    #End If
End Function

Private Function IsChinese() As Boolean
    Dim Language As Long
    On Error Resume Next
    ' 2 is the language of menus; where Excel does not tell it, the school's.
    Language = Application.LanguageSettings.LanguageID(2)
    IsChinese = (Language = 0) Or ((Language And &H3FF) = 4)
End Function
