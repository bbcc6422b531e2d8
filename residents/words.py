"""Sentences that the phone's scripts say; braces are filled on the phone (ui.md 13)."""

#: Of every page at a door.
PHONE_WORDS = {
    # titles and the bar
    "title_queue": "待同步", "title_me": "我的", "weekdays": "日一二三四五六", "weekday": "周{day}",
    "offline": "离线，登记存在本机", "offline_queue": "离线，联网后自动同步",
    "memory_only": "本浏览器不能加密保存，请勿关闭本页，联网后马上同步",
    "ended": "登录已过期，重新登录后继续同步", "again": "重新登录",
    "waiting_n": "{n} 户待同步", "retry": "重试", "failed": "服务器暂时没有响应，稍后自动重试",
    # the list
    "progress": "已完成 {done} / {all} 户", "people_n": "{n} 人",
    "wait": "待同步", "to_solve": "须处理", "done": "已完成",
    # the form
    "next": "保存，下一户 {room}", "save": "保存", "saved": "已存本机",
    # the queue
    "solve_n": "须处理 {n}", "waiting_count": "等待上传 {n}", "synced_n": "今日已同步 {n}",
    "refused": "未被接受", "edit": "修改后重发", "drop": "放弃这一户",
    "drop_sure": "放弃后不再上传，确定放弃这一户的登记？",
    "waits": "等待", "last_sync": "上次同步 {at}", "nothing_waits": "没有等待上传的登记",
    # locked
    "locked": "本机资料已上锁",
    "locked_hint": "刷新或关闭页面后，没有网络就打不开今天的清单。联网后自动打开。",
    "locked_queue": "已填的 {n} 户加密存在本机，没有丢失。",
    "others_queue": "本机另有 {n} 户由其他账号或岗位填写，只有本人登录后才能上传。",
    "over": "今天的清单已到期", "over_hint": "清单最多在本机留 8 小时，不跨天。联网后取新的清单。",
    "loading": "正在取今天的清单", "fetch": "取清单",
    # leaving
    "leave_sure": "还有 {n} 户没有同步，退出后将从本机删除、无法找回。仍要退出？",
    "leave_offline": "现在没有网络，不能退出。联网后再退出，或直接锁屏。",
    "stops_n": "{n} 户",
}  # fmt: skip
#: Of visits in the own patch.
DOOR_WORDS = {
    "title_list": "今日入户", "room": "{room}室",
    # the list
    "mine": "负责 {people} 人，鲜活度 {share}%",
    "left_n": "余 {n} 户", "down": "从高层到低层", "up": "从低层到高层",
    "faults_n": "{n} 项必改", "first": "首次登记",
    "nobody_yet": "未采集", "due": "到期核实", "due_today": "今天",
    "due_in": "{n} 天内到期", "overdue": "超期 {n} 天",
    "none_today": "今天没有入户任务", "none_today_hint": "到期、超期和从未核实的房屋会出现在这里",
    "all_done": "今天的入户都完成了", "none_found": "没有符合条件的房屋",
    # outcomes
    "out_met": "有人", "out_no_answer": "无人应门", "out_vacant": "空置", "out_refused": "拒访",
    "out_unchanged": "无变化", "out_changed": "有变化",
    "sum_here": "{n} 人在住", "sum_changed": "{n} 人有变", "sum_left": "{n} 人搬离",
    # the form
    "unseen": "从未核实", "days_ago": "{n} 天未核实", "seen_today": "今天已核实",
    "members_n": "在住成员 {n}",
    "age": "{n} 岁", "tail": "尾号 {tail}",
    "need_outcome": "请选择入户结果",
    "need_members": "还有 {n} 人没有确认", "need_change": "{name}：请填写变了什么，或改选在住",
    "need_left": "空置的房屋，请先把 {n} 名成员都标为搬离",
    "nobody": "这一户还没有登记人员。有人居住的，联网后到入户登记里登记；确认没有人住的，选“空置”",
    "phone_short": "手机号应为 11 位，还差 {n} 位", "phone_long": "手机号应为 11 位，多了 {n} 位",
    "phone_wrong": "手机号应以 1 开头，第二位为 3–9", "group": "{who} {label}",
    "needs_network": "现在没有网络，联网后再打开",
    # the queue
    "conflict": "内容冲突", "changed_by": "{by} {at} 已在系统里改过",
    "use_theirs": "用系统里的", "use_mine": "用我填的",
    "asks_newcomers": "这一户有新登记的成员，请确认后重新保存",
    "gone": "这一户已不在你的辖区里，或已合并、停用",
    "forbidden": "当前岗位不能核实，请换回采集岗位后再同步",
    "patch": "本人片区", "whole": "全居委",
}  # fmt: skip
#: Of a verifier's sheet.
SPOT_WORDS = {
    "title_list": "我的抽查表", "room": "{room}",
    "until": "{day} 前做完", "done_n": "已办 {n}", "night": "问 {day} 当晚",
    "called_n": "去过 {n} 次，请换个时间",
    "none_today": "今天没有派给你的抽查",
    "none_today_hint": "抽查表在上门当天才看得到，做完或截止后收回",
    "left_calls": "还可上门 {n} 次", "call": "第 {n} 次 {when}（{part}）{said}",
    "ask_forward": "请问 {day} 当晚，有哪几位住在这里？",
    "ask_reverse": "请问 {day} 当晚，{name}住在这里吗？",
    "person_n": "第 {n} 人", "as_told": "照对方所说填写", "sex": "性别",
    "next": "保存，下一户 {room} 号",
    "need_outcome": "请选择结果", "need_people": "有人住的，至少填一人",
    "need_name": "请填姓名，对方不愿说的填称呼", "need_sex": "请选择性别",
    "need_born": "请填出生年，四位，{year} 年以后", "need_tail": "末四位应是 4 位，不愿说的留空",
    "need_since": "入住年月写成 201905，只记得年份的写 2019，不记得的留空",
    "need_phone": "手机末四位应是 4 位数字，不愿说的留空",
    "walk": "沿街核对", "walk_hint": "有人住、名单上没有的地方", "note_place": "记下这一处",
    "need_near": "请选择在哪一户附近", "need_place": "请写明在哪里，别人能照着找到",
    "need_what": "请选择是什么地方", "need_count": "人数应在 1～{n} 之间，不清楚的留空",
    "gone": "这一户已收回，不能再录入。请记在纸上，告诉区人口办",
    "forbidden": "当前岗位不能上门抽查，请换回核查岗位后再同步",
}  # fmt: skip
