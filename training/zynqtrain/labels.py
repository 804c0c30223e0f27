"""The 43 signs of GTSRB and "no sign", as the daemon names them (test/unit/training/training.test.ts compares both)."""
LABELS = [
    "speed limit 20", "speed limit 30", "speed limit 50", "speed limit 60", "speed limit 70", "speed limit 80",
    "end of limit 80", "speed limit 100", "speed limit 120", "no passing", "no passing for lorries",
    "right of way at the next crossing", "priority road", "yield", "stop", "no vehicles", "no lorries", "no entry",
    "general caution", "curve left", "curve right", "double curve", "bumpy road", "slippery road",
    "road narrows on the right", "road work", "traffic signals", "pedestrians", "children", "bicycles", "ice or snow",
    "wild animals", "end of all limits", "turn right ahead", "turn left ahead", "ahead only", "straight or right",
    "straight or left", "keep right", "keep left", "roundabout", "end of no passing", "end of no passing for lorries",
    "no sign",
]
