from services.shared.left_out import left_out_for_good

left_out_for_good("pydantic.v1")  # 2 MB: FastAPI asks of every type whether it is one of those, and does well without them
